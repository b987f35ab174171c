using Ale.Approvals;

namespace Ale.Orders;

/// <summary>The rules of one refund again, slow and plain.</summary>
internal sealed class RefundModel(long amountMinor, string? first, DateTimeOffset now)
{
    private readonly HashSet<string> _yes = []; // to the question that stands
    private readonly Dictionary<string, string> _retries = [];
    private readonly int _people = amountMinor <= 200_00 ? 0 : amountMinor < 5_000_00 ? 1 : 2;
    private string? _again; // who asked anew
    private DateTimeOffset _since = now, _nextAt = now;
    private bool _isAsked;
    private string _question = "none", _asker = "";

    public string State { get; private set; } = amountMinor <= 200_00 ? "Paying" : "Waiting";

    /// <summary>Whether the acquirer may be asked: all who must have said yes to the last question.</summary>
    public bool IsCleared { get; private set; } = amountMinor <= 200_00;

    public bool IsToAsk => State == "Waiting" && !_isAsked;

    public void Asked() => (_isAsked, _question, _asker) = (true, "open", _again ?? "orders");

    public string Vote(string who, bool isYes)
    {
        if (who == first) return "approval.own";
        if (_question == "none") return "approval.unknown";
        if (who == _asker) return "approval.own";
        if (_question == "expired") return "approval.expired";
        if (_question != "open") return "approval.decided";
        if (_yes.Contains(who)) return "approval.twice";
        if (!isYes) _question = "rejected";
        else if (_yes.Add(who) && _yes.Count >= _people) _question = "approved";
        return _question;
    }

    public void Close(string how) => _question = _question == "open" ? how : _question;

    /// <summary>The refund hears how its question ended.</summary>
    public void Settle(DateTimeOffset at)
    {
        if (State != "Waiting" || !_isAsked || _question == "open") return;
        if (_question == "approved") Try(at, isCleared: true);
        else State = "Rejected";
    }

    public bool IsToTry(DateTimeOffset at) => State == "Paying" && _nextAt <= at;

    public void Tried(DateTimeOffset at, int attempt)
    {
        var end = _since.AddHours(24);
        var next = at.AddSeconds(Math.Min(3_600, 60 * Math.Pow(2, attempt - 1)));
        if (at >= end) State = "Failed";
        else _nextAt = next > end ? end : next;
    }

    public string Retry(string key, string by, DateTimeOffset at)
    {
        if (_retries.TryGetValue(key, out var before)) return before;
        if (State == "Paid") return "refund.paid";
        if (State is "Waiting" or "Paying") return "refund.underway";
        if (State == "Failed") Try(at, IsCleared);
        else
        {
            _yes.Clear();
            (State, _again, _isAsked, IsCleared) = ("Waiting", by, false, false);
        }

        return _retries[key] = State;
    }

    public void Paid() => State = "Paid";

    public static string Said(ApprovalInfo info) => $"{info.State}".ToLowerInvariant();

    private void Try(DateTimeOffset at, bool isCleared) =>
        (State, _since, _nextAt, IsCleared) = ("Paying", at, at, isCleared);
}
