using System.Buffers;
using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Xunit;

namespace Ale.Kernel;

/// <summary>What was written must be readable for ever: an event that is not would stop its stream and every reader
/// of it.</summary>
public sealed class EventFormatTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static TheoryData<string> Events => new(Formats().Keys.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Events))]
    public void Every_event_is_read_back_with_all_that_may_be_absent_absent_and_present(string name)
    {
        var (type, json) = Formats()[name];
        foreach (var filled in new[] { false, true })
        {
            var written = JsonSerializer.SerializeToUtf8Bytes(Sample(type, filled, 0), json);
            var again = JsonSerializer.Deserialize(written, json);
            Assert.IsType(type, again);
            Assert.Equal(written, JsonSerializer.SerializeToUtf8Bytes(again, json));
        }
    }

    [Theory, MemberData(nameof(Events))]
    public void The_journal_writes_an_event_as_the_serializer_does(string name)
    {
        var (type, json) = Formats()[name];
        var write = GetType().GetMethod(nameof(Written), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(json.Type);
        foreach (var filled in new[] { false, true })
        {
            var happened = Sample(type, filled, 0);
            Assert.Equal(JsonSerializer.Serialize(happened, json), (string)write.Invoke(null, [happened, json])!);
        }
    }

    private static string Written<TEvent>(TEvent happened, JsonTypeInfo<TEvent> json)
    {
        var buffer = new ArrayBufferWriter<byte>(16);
        EventFormat<TEvent>.Write(buffer, happened, json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan).Replace(" }", "}", StringComparison.Ordinal);
    }

    private static Dictionary<string, (Type Type, JsonTypeInfo Json)> Formats() => (
        from state in typeof(SiloKernel).Assembly.GetTypes()
        where !state.IsInterface && state.GetInterfaces().Any(i =>
            i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IState<,>))
        let json = (JsonTypeInfo)state.GetProperty("EventJson")!.GetValue(null)!
        from derived in json.Type.GetCustomAttributes<JsonDerivedTypeAttribute>()
        select (Name: (string)derived.TypeDiscriminator!, derived.DerivedType, json))
        .ToDictionary(e => e.Name, e => (e.DerivedType, e.json), StringComparer.Ordinal);

    private static object? Sample(Type type, bool filled, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return filled ? Sample(inner, filled, depth) : null;
        if (type == typeof(string)) return "x";
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
        if (type == typeof(DateOnly)) return new DateOnly(2026, 6, 1);
        if (type == typeof(JsonElement)) return JsonDocument.Parse("1").RootElement;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(0);
        if (type.IsArray) return Array.CreateInstance(type.GetElementType()!, 0);
        if (typeof(IEnumerable).IsAssignableFrom(type))
            return type.GetField("Empty", BindingFlags.Public | BindingFlags.Static)!.GetValue(null);
        if (type.IsPrimitive || type == typeof(decimal) || type == typeof(Guid) || type == typeof(TimeSpan))
            return Activator.CreateInstance(type);

        Assert.True(depth < 8, $"{type} holds itself");
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(c => !(c.GetParameters() is [var only] && only.ParameterType == type)) // the copy of a record
            .MaxBy(c => c.GetParameters().Length)!;
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p =>
            !filled && IsNullable(Nullability.Create(p)) ? null : Sample(p.ParameterType, filled, depth + 1))]);
        var byConstructor = constructor.GetParameters().Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (!property.CanWrite || byConstructor.Contains(property.Name)) continue;
            if (filled || !IsNullable(Nullability.Create(property)))
                property.SetValue(made, Sample(property.PropertyType, filled, depth + 1));
        }

        return made;
    }

    private static bool IsNullable(NullabilityInfo info) => info.ReadState == NullabilityState.Nullable;
}
