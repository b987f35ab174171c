namespace Ale;

/// <summary>Grain references without the reflection that <c>GetGrain</c> pays on every call.</summary>
public static class GrainRefs
{
    /// <summary>The grain of this kind with this key; the kind's own extension method (<c>grains.Sku(…)</c>) calls
    /// it.</summary>
    public static T Ref<T>(this IGrainFactory grains, string key) where T : class, IGrainWithStringKey
    {
        if (Known<T>.Types is { } known) return (T)grains.GetGrain(GrainId.Create(known.Grain, key), known.Interface);
        var first = grains.GetGrain<T>(key);
        if (first is GrainReference reference) Known<T>.Types = new(reference.GrainId.Type, reference.InterfaceType);
        return first;
    }

    private static class Known<T>
    {
        public static Pair? Types { get; set; }
    }

    private sealed record Pair(GrainType Grain, GrainInterfaceType Interface);
}
