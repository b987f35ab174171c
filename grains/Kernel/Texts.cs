namespace Ale.Kernel;

internal static class Texts
{
    /// <summary>At most so many characters of it; a pair that stands for one sign is not cut in two.</summary>
    public static string Cut(this string text, int max) => text.Length <= max ? text
        : char.IsHighSurrogate(text[max - 1]) ? text[..(max - 1)] : text[..max];
}
