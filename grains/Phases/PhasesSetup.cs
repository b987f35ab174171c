using System.Globalization;
using Ale.Approvals;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Phases;

/// <summary>What the silo registers for this slice.</summary>
internal static class PhasesSetup
{
    public static IServiceCollection AddPhases(this IServiceCollection services) => services
        .AddSingleton<Reaction, PhaseReactions>()
        .AddSingleton(new Decider(PhaseKeys.Kind, (grains, _) => grains.Phases()))
        .AddJob(PhaseJob.Definition);
}

/// <summary>A phase that is late stands in an inbox, with its open gates (PHS-01).</summary>
internal sealed class PhaseReactions() : Reaction<PhaseEvent>("phase-inbox", "phases", PhaseJson.Default.PhaseEvent)
{
    protected override async Task<Refusal?> React(
        string key, PhaseEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not PhaseEvent.MarkedLate e) return null;
        var title = string.Create(CultureInfo.InvariantCulture,
            $"Phase {e.Phase} is late; open: {string.Join(", ", e.OpenGates.Take(5))}");
        return (await grains.InboxItem(LateItem(e.Phase)).Open(
            new("phase_late", title.Length > 200 ? title[..200] : title, $"phase/{e.Phase}", e.Role,
                InboxSeverity.Warning, null), "phases")).Refusal;
    }

    public static string LateItem(int phase) =>
        CauseIds.Of("phase_late", phase.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Each day the phase in force is looked at (PHS-01).</summary>
internal static class PhaseJob
{
    public static readonly JobDefinition Definition = new(
        "phase-gate", "The phase in force against its time", p => p.Phases.CheckCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var grains = run.Services.GetRequiredService<IGrainFactory>();
        var (at, refusal) = await grains.Phases().Check(ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        return JobResult.Done(at!.Phase is not { } phase ? "No phase has begun." : string.Create(
            CultureInfo.InvariantCulture,
            $"Phase {phase}{(at.IsLate ? " is late" : "")}; {at.OpenGates.Length} gates are open."));
    }
}
