using System.Globalization;
using System.Reflection;
using System.Text;
using Ale.Kernel;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Ale;

/// <summary>What nodes of different versions say to each other, and the tables that reports read, kept as
/// files.</summary>
public sealed class ContractFileTests
{
    [Fact]
    public void What_grains_say_to_each_other_is_only_added_to() => Golden.Check(
        "grains.interfaces/contracts.golden.txt", string.Join('\n', Contracts().Order(StringComparer.Ordinal)),
        onlyAdded: true);

    [Fact]
    public void The_tables_of_projections_are_the_ones_that_are_kept()
    {
        var services = new ServiceCollection().AddSlices(PolicyBook.Load(Repository.At("deploy", "policy")));
        var types = services.Where(s => s.ServiceType == typeof(Projection)).Select(s => s.ImplementationType)
            .Append(typeof(DueProjection));
        var projections = types.Select(type => (Projection)Activator.CreateInstance(type!)!)
            .OrderBy(projection => projection.Name, StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(projections);
        var text = new StringBuilder();
        foreach (var projection in projections)
            foreach (var table in projection.Tables)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"-- {projection.Name}, {projection.Shape}");
                foreach (var ddl in table.Ddl(1, "text")) text.AppendLine(ddl + ";");
            }
        Golden.Check("deploy/tables.golden.txt", text.ToString());
    }

    private static IEnumerable<string> Contracts()
    {
        foreach (var type in typeof(Outcome<>).Assembly.GetTypes())
        {
            if (type.Namespace?.StartsWith(nameof(Ale), StringComparison.Ordinal) != true) continue; // generated

            var alias = type.GetCustomAttribute<AliasAttribute>()?.Alias;
            if (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
            {
                Assert.True(alias is not null, $"{type} has no alias");
                foreach (var method in type.GetMethods())
                {
                    var name = method.GetCustomAttribute<AliasAttribute>()?.Alias;
                    Assert.True(name is not null, $"{type}.{method.Name} has no alias");
                    yield return $"{alias}/{name}({string.Join(", ", method.GetParameters()
                        .Select(p => NameOf(p.ParameterType)))}) {NameOf(method.ReturnType)}";
                }
            }
            else if (type.IsEnum && type.IsPublic)
            {
                foreach (var value in Enum.GetValues(type))
                    yield return $"{alias ?? type.FullName} = {Convert.ToInt64(value, CultureInfo.InvariantCulture)} {value}";
            }
            else if (type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
            {
                Assert.True(alias is not null, $"{type} has no alias");
                yield return $"{alias} {(type.IsValueType ? "struct" : "class")}";
                foreach (var member in type.GetMembers(Own))
                    if (member.GetCustomAttribute<IdAttribute>() is { } id)
                        yield return $"{alias} [{id.Id.ToString("000", CultureInfo.InvariantCulture)}] {NameOf(member switch
                        {
                            PropertyInfo property => property.PropertyType,
                            FieldInfo field => field.FieldType,
                            _ => throw new InvalidOperationException(member.Name),
                        })}";
            }
        }
    }

    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.DeclaredOnly;

    /// <summary>By alias where there is one: a class may be renamed, what is sent may not.</summary>
    private static string NameOf(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (type.IsArray) return NameOf(type.GetElementType()!) + "[]";
        var name = type.GetCustomAttribute<AliasAttribute>()?.Alias ?? type.FullName ?? $"{type.Namespace}.{type.Name}";
        if (!type.IsGenericType) return name;
        return $"{name.Split('[')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
