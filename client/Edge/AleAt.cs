using System.Globalization;

namespace Ale.Edge;

/// <summary>The header <c>Ale-At</c>, <c>tx-position</c>: where in the journal a reply stands.</summary>
internal static class AleAt
{
    public const string Header = "Ale-At";

    public static string Write(JournalPlace at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.Tx}-{at.Position}");

    /// <summary>The place a list is asked from; null when the header is absent, 400 when it is not a place.</summary>
    public static JournalPlace? Read(HttpRequest request)
    {
        var header = request.Headers[Header];
        if (header.Count == 0) return null;
        var parts = header.ToString().Split('-');
        if (parts.Length == 2 && Number(parts[0], out var tx) && Number(parts[1], out var position))
            return new JournalPlace(tx, position);
        throw new ProblemException(Problem.Invalid(Header, "Must be the value of an earlier reply: tx-position."));

        static bool Number(string text, out long value) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
