namespace Ale.Kernel;

/// <summary>A table's column of Unix milliseconds as an instant.</summary>
internal static class Instants
{
    public static DateTimeOffset Of(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    public static DateTimeOffset? Of(long? ms) => ms is { } at ? Of(at) : null;
}
