using Ale.Edge;

namespace Ale.Phases;

/// <summary>The four phases of the plan, their gates, and which one is in force (PHS-01 to PHS-04).</summary>
internal static class PhaseHttp
{
    public static void MapPhases(this IEndpointRouteBuilder api)
    {
        var phases = api.MapGroup("/phases").WithTags("Phases");

        phases.MapGet("", (IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.Phases().List(ct), found => new Page<PhaseInfo>([.. found], null)))
            .Allow(Permission.PhaseRead).WithName("listPhases").WithSummary("All phases with their gates");

        phases.MapGet("/current", (DateTimeOffset? at, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Phases().InForce(at, ct)))
            .Allow(Permission.PhaseRead).WithName("getCurrentPhase")
            .WithSummary("The phase in force, now or at an instant, and the gates that are open");

        phases.MapPut("/{phase}", (int phase, PhaseBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Phases().Put(body.Command(phase, caller.Subject), ct)))
            .Allow(Permission.PhaseWrite).WithName("putPhase")
            .WithSummary("Enters a phase's gates and time; what is passed of them stays; who drops an open one says why");

        phases.MapPut("/{phase}/gates/{gate}", (int phase, Id gate, EvidenceBody body, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Phases().Pass(new(phase, gate, body.Evidence, caller.Subject), ct)))
            .Allow(Permission.PhaseWrite).WithName("passGate").WithSummary("Passes a gate, with its evidence");

        phases.MapPost("/{phase}/begin", (int phase, BeginBody body, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(ct => grains.Phases().Begin(new(phase, body.From, caller.Subject, body.Reason), ct))
                    .AcceptedWhen(p => p.State == PhaseState.Asked))
            .Allow(Permission.PhaseWrite).WithName("beginPhase")
            .WithSummary("Asks for the change to a phase from a day on; 409 phase.gates names what is open, "
                + "phase.no_gates that the phase or the one before it has none");
    }

    /// <param name="Days">How long it may take; absent: as the policy says.</param>
    /// <param name="Reason">Why gates that are open are dropped; needed where one is.</param>
    internal sealed record PhaseBody(IReadOnlyList<GateBody> Gates, int? Days = null, string? Reason = null)
        : IValidated
    {
        internal PutPhase Command(int phase, string by) =>
            new(phase, [.. Gates.Select(g => new PhaseGate(g.Id, g.Title))], Days, by) { Reason = Reason };

        public void Validate(Problems p)
        {
            p.Each("gates", Gates, IPhasesGrain.GatesMax);
            p.Range("days", Days, 1, 3_660);
            p.Text("reason", Reason, min: 1);
        }
    }

    /// <summary>A gate.</summary>
    internal sealed record GateBody(Id Id, string Title) : IValidated
    {
        public void Validate(Problems p) => p.Text("title", Title, min: 1);
    }

    /// <param name="Evidence">Where one sees it.</param>
    internal sealed record EvidenceBody(string Evidence) : IValidated
    {
        public void Validate(Problems p) => p.Text("evidence", Evidence, min: 1);
    }

    /// <param name="From">The day on which it begins.</param>
    internal sealed record BeginBody(DateOnly From, string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }
}
