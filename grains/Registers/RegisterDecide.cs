using System.Collections.Immutable;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Registers;

/// <summary>What is decided about a register.</summary>
internal static class RegisterDecide
{
    /// <param name="key">The register's key, <c>kind/subject</c>.</param>
    public static Decision<RegisterEvent, RegisterEntry> Decide(
        this Register register, EnterPaper command, string key, RegisterPolicy policy, DateTimeOffset now)
    {
        var terms = command.Terms;
        if (!IsGood(terms) || !Limits.IsId(command.Id) || !IsKey(key)) return RegisterRefusals.BadEntry;
        if (key == $"{ApprovalKeys.StandIns}/{command.By}")
            return RegisterRefusals.Own.With("detail", $"Somebody else says that {command.By} stands in.");
        if (register.Papers.TryGetValue(command.Id, out var before))
            return before.Entering.Terms.Equals(terms) ? before.Entry(key, now) : RegisterRefusals.Changed;
        Paper? old = null;
        if (terms.Supersedes is { } superseded)
        {
            if (!register.Papers.TryGetValue(superseded, out old)) return RegisterRefusals.Unknown;
            if (old.Withdrawal is not null || old.SupersededBy is not null) return RegisterRefusals.Ended;
        }

        if (register.Papers.Count >= IRegisterGrain.EntriesMax) return RegisterRefusals.Full;
        var inTime = old is not null && !(old.Entering.Terms.ValidTo < terms.ValidFrom);
        return After(register, command.Id, key, now, new RegisterEvent.Entered(command.Id, terms, command.By,
            terms.Role ?? policy.Role, WarnAt(terms.ValidTo, policy.WarnDays, now), inTime, now));
    }

    public static Decision<RegisterEvent, RegisterEntry> Decide(
        this Register register, WithdrawPaper command, string key, DateTimeOffset now)
    {
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return RegisterRefusals.BadEntry;
        if (!register.Papers.TryGetValue(command.Id, out var paper)) return RegisterRefusals.Unknown;
        if (register.Keys.Find(command.Key, now) is { } done)
        {
            return done.Command == CommandOf(command.Id, command.Reason)
                ? done.Answer with { Kind = key[..Slash(key)], Subject = key[(Slash(key) + 1)..] }
                : RegisterRefusals.Changed;
        }

        if (paper.StateAt(now) is RegisterState.Withdrawn or RegisterState.Superseded) return RegisterRefusals.Ended;
        return After(register, command.Id, key, now,
            new RegisterEvent.Withdrawn(command.Id, command.By, command.Reason, command.Key, now));
    }

    /// <summary>Warns of every entry whose warning has come.</summary>
    public static Decision<RegisterEvent, Done> DecideDue(this Register register, DateTimeOffset now) => new(
        default(Done),
        [
            .. register.Papers.Values.Where(p => p.WarnsAt <= now).OrderBy(p => p.Entering.Id, StringComparer.Ordinal)
                .Select(p => new RegisterEvent.Expiring(
                    p.Entering.Id, p.Entering.Terms.Title, p.Entering.Role, p.Entering.Terms.ValidTo!.Value, now)),
        ]);

    /// <summary>The gate: of the entries valid then that match, the one that ends last.</summary>
    public static RegisterGate Valid(
        this Register register, DateTimeOffset at, ImmutableArray<RegisterAttribute> match, string key,
        DateTimeOffset now)
    {
        var valid = register.Papers.Values
            .Where(p => p.IsValid(at) && match.All(p.Entering.Terms.Attributes.Contains))
            .OrderByDescending(p => p.EndsAt ?? DateTimeOffset.MaxValue)
            .ThenBy(p => p.Entering.Id, StringComparer.Ordinal).FirstOrDefault();
        return new(valid is not null, valid?.Entry(key, now));
    }

    /// <summary>What tells a withdrawal from another under the same key.</summary>
    public static string CommandOf(string id, string reason) => $"withdraw:{id}:{reason}";

    /// <summary>So many days before the end, at once when that is past; null when there is nothing ahead.</summary>
    private static DateTimeOffset? WarnAt(DateTimeOffset? validTo, int days, DateTimeOffset now)
    {
        if (validTo is not { } end || end <= now) return null;
        var at = end - TimeSpan.FromDays(days);
        return at < now ? now : at;
    }

    private static Decision<RegisterEvent, RegisterEntry> After(
        Register register, string id, string key, DateTimeOffset now, RegisterEvent happened) =>
        new(register.Apply(happened).Papers[id].Entry(key, now), happened);

    private static int Slash(string key) => key.IndexOf('/', StringComparison.Ordinal);

    private static bool IsKey(string key) => Slash(key) is > 0 and var slash
        && RegisterKeys.IsKind(key[..slash]) && Limits.IsId(key[(slash + 1)..]);

    private static bool IsGood(RegisterTerms t) =>
        t.Title.Length is > 0 and <= RegisterTerms.TitleLengthMax && !(t.ValidTo <= t.ValidFrom)
        && (t.Supersedes is null || Limits.IsId(t.Supersedes)) && (t.Role is null || Limits.IsId(t.Role))
        && t.Attributes.Length <= RegisterTerms.AttributesMax
        && t.Attributes.All(a => Limits.IsId(a.Name)
            && a.Value is { Length: > 0 and <= RegisterAttribute.ValueLengthMax })
        && t.Attributes.DistinctBy(a => a.Name).Count() == t.Attributes.Length;
}
