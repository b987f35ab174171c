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

/// <summary>A phase that is late stands in an inbox, with its open gates, until it is late no more (PHS-01).</summary>
internal sealed class PhaseReactions() : Reaction<PhaseEvent>("phase-inbox", "phases", PhaseJson.Default.PhaseEvent)
{
    private const string By = "phases";
    private const int NamedMax = 5, NamesLengthMax = 160;

    protected override async Task<Refusal?> React(
        string key, PhaseEvent happened, string eventId, IGrainFactory grains) => happened switch
        {
            PhaseEvent.MarkedLate e => (await grains.InboxItem(LateItem(e.Phase, e.Times)).Open(
                new("phase_late", TitleOf(e), $"phase/{e.Phase}", e.Role, InboxSeverity.Warning, null), By)).Refusal,
            PhaseEvent.LateOver e => await grains.CloseItem(LateItem(e.Phase, e.Times), By, e.Why),
            _ => null,
        };

    /// <param name="times">How many times it is late by then; null: the first.</param>
    public static string LateItem(int phase, int? times = null) => CauseIds.Of("phase_late", string.Create(
        CultureInfo.InvariantCulture, $"{phase}{(times is null ? "" : "/")}{times}"));

    internal static string TitleOf(PhaseEvent.MarkedLate e)
    {
        var names = string.Join(", ", e.OpenGates.Take(NamedMax));
        if (names.Length > NamesLengthMax) names = names[..(NamesLengthMax - 1)] + "…";
        var more = e.OpenGates.Length - NamedMax;
        return string.Create(CultureInfo.InvariantCulture, $"Phase {e.Phase} is late; open: {names}")
            + (more > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {more} more") : "");
    }
}

/// <summary>Each day the phase in force is looked at (PHS-01).</summary>
internal static class PhaseJob
{
    public static readonly JobDefinition Definition = new(
        "phase-gate", "The phase in force against its time", p => p.Phases.CheckCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var grains = run.Services.GetRequiredService<IGrainFactory>();
        var (at, refusal) = await grains.Phases().CheckAt(run.Attempt.DueAt, ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        return JobResult.Done(at!.Phase is not { } phase ? "No phase has begun." : string.Create(
            CultureInfo.InvariantCulture,
            $"Phase {phase}{(at.IsLate ? " is late" : "")}; {at.OpenGates.Length} gates are open."));
    }
}
