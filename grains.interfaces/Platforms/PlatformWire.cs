using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ale.Users;

namespace Ale.Platforms;

/// <summary>
/// What a platform's adapter speaks, JSON over HTTP: <c>GET events?after=88&amp;limit=500</c> gives a
/// <see cref="PlatformPage"/>, and <c>PUT placements/P1</c> takes a <see cref="PlacementSetting"/>; 429 and 503 may carry
/// <c>Retry-After</c> in seconds. In a folder it is one <see cref="PlatformEvent"/> a line, and settings are added to a
/// file beside it.
/// </summary>
public static class PlatformWire
{
    /// <summary>The version of the messages; a page of another one is not read.</summary>
    public const int Version = 1;

    /// <summary>Most events in one message.</summary>
    public const int PageMax = 500;

    /// <summary>The kind of money spent on a placement (DAT-07).</summary>
    public const string Spend = "spend";

    /// <summary>The kind of a word that is hot on the platform now (CAM-08): the word is the tag, its rank the
    /// count.</summary>
    public const string HotTopic = "hot_topic";

    /// <summary>What adapters may call <see cref="HotTopic"/> too; it is kept under that word.</summary>
    public const string Topic = "topic";

    /// <summary>The kind of somebody who stayed 3 s or more in a session, each once (DAT-08); the count may stand for
    /// many.</summary>
    public const string Viewer = "viewer";

    /// <summary>The kind of somebody who looked at a product; the tag is its category (BUD-13).</summary>
    public const string Visit = "visit";

    /// <summary>The kind of a search for our name (CAM-05).</summary>
    public const string BrandSearch = "brand_search";

    /// <summary>How far clocks of platforms may be ahead of ours.</summary>
    public static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(5);
}

/// <summary>Something that happened on a platform. No text of people and no names: it is kept for ever.</summary>
/// <param name="Id">The platform's own; the same id again is the same event.</param>
/// <param name="Kind">What it was: <c>view</c>, <c>play</c>, <c>follow</c>, <c>unfollow</c>, <c>comment</c>,
/// <c>order</c>, <c>mention</c>, <see cref="PlatformWire.Spend"/>, <see cref="PlatformWire.HotTopic"/>,
/// <see cref="PlatformWire.Viewer"/>, <see cref="PlatformWire.Visit"/>, <see cref="PlatformWire.BrandSearch"/>, or
/// another one to come, as what a placement calls its result.</param>
/// <param name="At">When, by the platform's clock.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.event")]
public sealed record PlatformEvent(
    [property: Id(0)] string Id, [property: Id(1)] string Kind, [property: Id(2)] DateTimeOffset At)
{
    /// <summary>The platform's number, from 1 on without gaps; 0: it was told by itself.</summary>
    [Id(3)] public long Seq { get; init; }

    /// <summary>How many it stands for, 1 or more.</summary>
    [Id(4)] public long Count { get; init; } = 1;

    /// <summary>The live session that it belongs to.</summary>
    [Id(5)] public string? SessionId { get; init; }

    /// <summary>The clip or post.</summary>
    [Id(6)] public string? ContentId { get; init; }

    /// <summary>The placement that was paid for.</summary>
    [Id(7)] public string? PlacementId { get; init; }

    /// <summary>
    /// The platform's own id of a person, which is personal data: it goes no further than the door, where
    /// <see cref="PlatformPeople"/> puts <see cref="Identity"/> in its place; what still has it is kept without.
    /// </summary>
    [Id(8)] public string? PersonId { get; init; }

    /// <summary>A keyword or topic.</summary>
    [Id(9)] public string? Tag { get; init; }

    /// <summary>Money, in minor units; with <see cref="Currency"/>.</summary>
    [Id(10)] public long? AmountMinor { get; init; }

    /// <summary>ISO 4217.</summary>
    [Id(11)] public string? Currency { get; init; }

    /// <summary>Our internal id of the person, the one that <c>PUT /api/identities</c> gives him too (CAM-07); no
    /// platform tells it. Null: nobody.</summary>
    [Id(12), JsonIgnore] public UserId? Identity { get; init; }
}

/// <summary>Events after a number, in order.</summary>
/// <param name="Version">Of the messages: <see cref="PlatformWire.Version"/>.</param>
/// <param name="Last">The platform's last number; above the page's when there is more.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.page")]
public sealed record PlatformPage(
    [property: Id(0)] int Version, [property: Id(1)] ImmutableArray<PlatformEvent> Events, [property: Id(2)] long Last);

/// <summary>How a placement is to be run from now on.</summary>
/// <param name="Version">Rises with each; one that is not above the last known is passed over.</param>
/// <param name="BidMinor">What is offered for one result.</param>
/// <param name="Audience">How often its audience is to be narrowed.</param>
/// <param name="IsPaused">True: it spends nothing.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.setting")]
public sealed record PlacementSetting(
    [property: Id(0)] string Placement, [property: Id(1)] long Version, [property: Id(2)] long BidMinor,
    [property: Id(3)] string Currency, [property: Id(4)] int Audience, [property: Id(5)] bool IsPaused);

/// <summary>How the messages are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlatformPage)), JsonSerializable(typeof(PlatformEvent))]
[JsonSerializable(typeof(PlacementSetting)), JsonSerializable(typeof(ImmutableArray<PlacementSetting>))]
public sealed partial class PlatformWireJson : JsonSerializerContext;
