using System.Collections;

namespace Ale.Edge;

/// <summary>Runs <see cref="IValidated.Validate"/> of an endpoint's body before the endpoint: once, for all of
/// them.</summary>
internal static class Validation
{
    /// <summary>Adds the step to every endpoint of the group whose parameters need it; the others pay
    /// nothing.</summary>
    public static TBuilder Validated<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilterFactory((context, next) =>
        {
            var parameters = context.MethodInfo.GetParameters();
            var positions = Enumerable.Range(0, parameters.Length)
                .Where(i => Checks(parameters[i].ParameterType)).ToArray();
            if (positions.Length == 0) return next;
            return invocation =>
            {
                var p = new Problems();
                foreach (var i in positions) Check(p, invocation.Arguments[i]);
                p.ThrowIfAny();
                return next(invocation);
            };
        });

    private static bool Checks(Type type) =>
        typeof(IValidated).IsAssignableFrom(type)
        || (typeof(IEnumerable).IsAssignableFrom(type) && type.GetInterfaces().Append(type).Any(i =>
            i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>)
            && typeof(IValidated).IsAssignableFrom(i.GenericTypeArguments[0])));

    private static void Check(Problems p, object? argument)
    {
        if (argument is IValidated body) p.At("", body);
        else if (argument is IEnumerable list)
        {
            var i = 0;
            foreach (var entry in list)
            {
                p.Require(entry is not null, $"[{i}]", "Must not be null.");
                p.At($"[{i++}]", entry as IValidated);
            }
        }
    }
}
