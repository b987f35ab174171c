using Orleans.Storage;

namespace Ale.Storage;

/// <summary>
/// Plain grain state, with the keys refused that the AdoNet provider would take apart as a GUID or a hexadecimal
/// number: to it "a", "0A" and "00a" are one, and "1+x" is the number 1 with an extension.
/// </summary>
internal sealed class GuardedStorage(IGrainStorage inner) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ReadStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        Check(stateName, grainId);
        return inner.ReadStateAsync(stateName, grainId, grainState, cancellationToken);
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        Check(stateName, grainId);
        return inner.WriteStateAsync(stateName, grainId, grainState, cancellationToken);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        Check(stateName, grainId);
        return inner.ClearStateAsync(stateName, grainId, grainState, cancellationToken);
    }

    /// <summary>True when the provider keeps the key: it begins with a letter beyond f and holds no '+'.</summary>
    public static bool IsKept(string key) =>
        key.Length > 0 && char.IsAsciiLetter(key[0]) && !char.IsAsciiHexDigit(key[0])
        && !key.Contains('+', StringComparison.Ordinal);

    private static void Check(string stateName, GrainId grainId)
    {
        var key = grainId.Key.ToString() ?? "";
        if (IsKept(key)) return;
        throw new InvalidOperationException(
            $"Grain {grainId.Type} cannot keep state '{stateName}' under the key '{key}': the table takes keys apart " +
            "as hexadecimal numbers, so that different keys could share a row. Let the grain's keys begin with a " +
            $"letter from g to z and hold no '+': \"key:{key.Replace("+", "-", StringComparison.Ordinal)}\".");
    }
}
