using System.Collections.Immutable;
using Ale.Approvals;
using Ale.Edge;

namespace Ale.Registers;

/// <summary>Papers with a term: certificates, agreements, assets, batches, vouchers.</summary>
internal static class RegisterHttp
{
    public static void MapRegisters(this IEndpointRouteBuilder api)
    {
        var registers = api.MapGroup("/registers").WithTags("Registers");

        registers.MapPut("/{kind}/{subject}/entries/{id}", (Id kind, Id subject, Id id, RegisterEntryBody body,
                Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Register(Kind(kind, caller), subject).Enter(
                    new(id, body.Terms, caller.Subject), ct), RegisterEntryReply.Of))
            .Allow(Permission.RegisterWrite, Permission.StaffWrite).WithName("putRegisterEntry")
            .WithSummary("Enters a paper of a kind about a subject; the same again: the entry as it is now");

        registers.MapGet("/{kind}/{subject}/entries/{id}",
                (Id kind, Id subject, Id id, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.Register(kind, subject).Get(id, ct), RegisterEntryReply.Of))
            .Allow(Permission.RegisterRead).WithName("getRegisterEntry").WithSummary("An entry as it is now");

        registers.MapPost("/{kind}/{subject}/entries/{id}/withdraw", (Id kind, Id subject, Id id,
                RegisterWithdrawalBody body,
                CommandKey key, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    ct => grains.Register(Kind(kind, caller), subject).Withdraw(
                        new(id, key, caller.Subject, body.Reason), ct),
                    RegisterEntryReply.Of))
            .Allow(Permission.RegisterWrite, Permission.StaffWrite).WithName("withdrawRegisterEntry")
            .WithSummary("Ends an entry now; what it superseded does not come back");

        registers.MapGet("/{kind}/{subject}/valid",
                (Id kind, Id subject, DateTimeOffset? at, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.Register(kind, subject).Valid(at, [], ct), RegisterGateReply.Of))
            .Allow(Permission.RegisterRead).WithName("getRegisterValid")
            .WithSummary("Whether a valid entry is there at an instant (now), and which");

        registers.MapGet("", (Id? kind, Id? subject, DateTimeOffset? validAt, DateTimeOffset? endsBefore,
                PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new RegisterWanted(page.Limit + 1)
                {
                    Kind = kind?.Value,
                    Subject = subject?.Value,
                    ValidAt = validAt,
                    EndsBefore = endsBefore,
                    Before = page.After is { } c ? new(c.Instant(0), c.Text(1), c.Text(2), c.Text(3)) : null,
                };
                return edge.Run(
                    ct => grains.RegisterQueries().Entries(wanted, page.At ?? default, ct),
                    found => Page<RegisterEntryReply>.Of([.. found.Select(RegisterEntryReply.Of)], page.Limit, last =>
                        Cursor.Of(last.EnteredAt.ToUnixTimeMilliseconds(), last.Kind, last.Subject, last.Id)));
            })
            .Allow(Permission.RegisterRead).WithName("listRegisterEntries")
            .WithSummary("Entries, the latest entered first; ?kind=, ?subject=, ?validAt= and ?endsBefore= narrow it");
    }

    /// <summary>The kind, when it is one that he may write: who stands in for whom is not said by who could gain by
    /// it (TEC-12).</summary>
    private static string Kind(Id kind, Caller caller)
    {
        caller.Must(kind.Value == ApprovalKeys.StandIns ? Permission.StaffWrite : Permission.RegisterWrite);
        return RegisterKeys.IsKind(kind) ? kind.Value : throw new ProblemException(
            Problem.Invalid("kind", "Must have at most 32 characters and no capitals."));
    }

    /// <summary>What a paper says; no personal data, for it is kept for ever.</summary>
    /// <param name="ValidFrom">Valid from here on.</param>
    /// <param name="ValidTo">Valid before here; absent: without end.</param>
    /// <param name="Attributes">Facts by name: issuer, number, city … At most 16.</param>
    /// <param name="Supersedes">The entry that it replaces; that one ends where this one begins.</param>
    /// <param name="Role">Whose inbox hears before it ends; absent: as the policy says.</param>
    internal sealed record RegisterEntryBody(
        string Title, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo = null,
        Dictionary<string, string>? Attributes = null, Id? Supersedes = null, Id? Role = null) : IValidated
    {
        internal RegisterTerms Terms => new(Title,
            [.. (Attributes ?? []).Select(a => new RegisterAttribute(a.Key, a.Value))
                .OrderBy(a => a.Name, StringComparer.Ordinal)],
            ValidFrom, ValidTo)
        { Supersedes = Supersedes?.Value, Role = Role?.Value };

        public void Validate(Problems p)
        {
            p.Text("title", Title, RegisterTerms.TitleLengthMax, 1);
            p.Order("validFrom", ValidFrom, "validTo", ValidTo);
            p.Count("attributes", Attributes, RegisterTerms.AttributesMax);
            foreach (var (name, value) in Attributes ?? [])
            {
                p.Id("attributes", name);
                p.Require(value is not null, "attributes", "Must not hold null.");
                p.Text("attributes", value, RegisterAttribute.ValueLengthMax, 1);
            }
        }
    }

    /// <param name="Reason">Why it ends.</param>
    internal sealed record RegisterWithdrawalBody(string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <summary>An entry as answered; the members mean what they do in <see cref="RegisterEntry"/>.</summary>
    internal sealed record RegisterEntryReply(
        string Kind, string Subject, string Id, string Title, ImmutableSortedDictionary<string, string> Attributes,
        DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, RegisterState State, DateTimeOffset? EndsAt,
        string? Supersedes, string? SupersededBy, string? Role, string EnteredBy, DateTimeOffset EnteredAt,
        string? WithdrawnBy, string? Reason, DateTimeOffset? WarnedAt)
    {
        public static RegisterEntryReply Of(RegisterEntry e) => new(e.Kind, e.Subject, e.Id, e.Terms.Title,
            e.Terms.Attributes.ToImmutableSortedDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal),
            e.Terms.ValidFrom, e.Terms.ValidTo, e.State, e.EndsAt, e.Terms.Supersedes, e.SupersededBy, e.Terms.Role,
            e.EnteredBy, e.EnteredAt, e.WithdrawnBy, e.Reason, e.WarnedAt);
    }

    /// <summary>Whether there is a valid entry; <c>entry</c> is the one that ends last.</summary>
    internal sealed record RegisterGateReply(bool IsValid, RegisterEntryReply? Entry)
    {
        public static RegisterGateReply Of(RegisterGate g) =>
            new(g.IsValid, g.Entry is { } e ? RegisterEntryReply.Of(e) : null);
    }
}
