using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ale.Kernel;

/// <summary>How a state is stored beside its events, so that activation need not fold all of them.</summary>
/// <param name="Shape">Changes with the stored properties and with the meaning of Apply; other shapes are
/// ignored.</param>
/// <param name="Freeze">
/// Takes a copy inside the turn, unmoved by later events, and gives what makes its bytes outside of it.
/// </param>
/// <param name="Thaw">The state again.</param>
/// <param name="Entries">How large the state is; a snapshot is worth its cost only when more events than that
/// came.</param>
internal sealed record SnapshotCodec<TState>(
    string Shape, Func<TState, Func<byte[]>> Freeze, Func<byte[], TState> Thaw, Func<TState, int> Entries)
{
    /// <summary>A state that is stored as <typeparamref name="TFrozen"/>.</summary>
    /// <param name="meaning">Raise it when Apply comes to mean something else with the same properties.</param>
    /// <param name="inOrder">Puts entries in order, outside of the turn, so that equal states have equal bytes.</param>
    public static SnapshotCodec<TState> Of<TFrozen>(
        JsonTypeInfo<TFrozen> json, int meaning, Func<TState, TFrozen> freeze, Func<TFrozen, TState> thaw,
        Func<TState, int> entries, Func<TFrozen, TFrozen>? inOrder = null) =>
        new(ShapeOf(json, meaning),
            state =>
            {
                var frozen = freeze(state);
                return () => JsonSerializer.SerializeToUtf8Bytes(inOrder is null ? frozen : inOrder(frozen), json);
            },
            bytes => thaw(JsonSerializer.Deserialize(bytes, json)
                ?? throw new InvalidDataException($"A snapshot of {typeof(TState).Name} holds null")),
            entries);

    /// <summary>A hash of all property names and types below the root.</summary>
    private static string ShapeOf(JsonTypeInfo root, int meaning)
    {
        var text = new StringBuilder();
        var seen = new HashSet<Type>();
        Walk(root);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return $"{meaning.ToString(CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(hash.AsSpan(0, 6))}";

        void Walk(JsonTypeInfo type)
        {
            if (!seen.Add(type.Type)) return;
            foreach (var property in type.Properties.OrderBy(p => p.Name, StringComparer.Ordinal))
            {
                text.Append(type.Type.Name).Append('.').Append(property.Name).Append(':')
                    .Append(property.PropertyType).Append('\n');
                Walk(root.Options.GetTypeInfo(property.PropertyType));
            }

            if (type.ElementType is { } element) Walk(root.Options.GetTypeInfo(element));
        }
    }
}
