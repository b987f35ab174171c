using System.Text.Json.Serialization;

namespace Ale.Jobs;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Scheduled), "job.scheduled"), JsonDerivedType(typeof(Started), "job.started")]
[JsonDerivedType(typeof(Retried), "job.retried"), JsonDerivedType(typeof(Stumbled), "job.stumbled")]
[JsonDerivedType(typeof(Ended), "job.done"), JsonDerivedType(typeof(Failed), "job.failed")]
[JsonDerivedType(typeof(Paused), "job.paused"), JsonDerivedType(typeof(Resumed), "job.resumed")]
internal abstract record JobEvent
{
    /// <summary>Taken up, or changed, by code or policy.</summary>
    internal sealed record Scheduled(JobTerms Terms, DateTimeOffset? NextAt, DateTimeOffset At) : JobEvent;

    /// <summary>A run has begun with its first attempt; <c>Key</c> and <c>Actor</c> are a manual one's.</summary>
    internal sealed record Started(
        string RunId, JobRunKind Kind, DateTimeOffset DueAt, long LateSeconds, int Missed, DateTimeOffset? NextAt,
        string? Key, string? Actor, DateTimeOffset At) : JobEvent;

    /// <summary>A further attempt of the run has begun.</summary>
    internal sealed record Retried(string RunId, int Attempt, DateTimeOffset At) : JobEvent;

    /// <summary>An attempt has failed, and another will be made.</summary>
    internal sealed record Stumbled(
        string RunId, int Attempt, string Note, DateTimeOffset RetryAt, DateTimeOffset At) : JobEvent;

    /// <summary>The run is done.</summary>
    internal sealed record Ended(string RunId, int Attempt, string Note, DateTimeOffset At) : JobEvent
    {
        /// <summary>The run before it, which failed; null: it did not.</summary>
        public string? AfterFailed { get; init; }
    }

    /// <summary>The last attempt has failed.</summary>
    internal sealed record Failed(string RunId, int Attempt, string Note, DateTimeOffset At) : JobEvent
    {
        /// <summary>The run before it, which failed, too; null: it did not.</summary>
        public string? AfterFailed { get; init; }
    }

    internal sealed record Paused(string Key, string Actor, DateTimeOffset At) : JobEvent;

    internal sealed record Resumed(string Key, string Actor, DateTimeOffset? NextAt, DateTimeOffset At) : JobEvent;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobEvent))]
internal sealed partial class JobJson : JsonSerializerContext;
