using System.Globalization;

namespace Ale.Edge;

/// <summary>The rows of platforms; the one that is named tells by itself.</summary>
internal static partial class WalkTable
{
    private static string PlatformEvents => $$"""
        {"events":[{"id":"e1","kind":"spend","at":"{{Now}}","count":1,"sessionId":"S1","contentId":"V1",
         "placementId":"P1","personId":"U1","tag":"lipstick","amountMinor":100,"currency":"CNY"}]}
        """;

    private static string Now =>
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static WalkRow[] OfPlatforms() =>
    [
        new("putPlatform", "/api/platforms/walk",
            """{"title":"Douyin","endpoint":"http://127.0.0.1:9/events","market":"cn","minuteMax":60}""")
        {
            Other = ("""{"title":"Other","endpoint":"http://127.0.0.1:9/events","market":"cn","minuteMax":60}""",
                "platform.changed"),
        },
        new("changePlatform", "/api/platforms/walk",
            """{"title":"Kuaishou","endpoint":"http://127.0.0.1:9/all","minuteMax":30}""")
        {
            IfMatch = "\"1\"", Unknown = ("/api/platforms/none", "platform.unknown"),
            Moves = ["why", "requestsLeft", "lagSeconds", "pausedUntil", "state"],
        },
        new("tellPlatformEvents", "/api/platforms/walk/events", PlatformEvents)
        {
            Unknown = ("/api/platforms/none/events", "platform.unknown"), Moves = ["taken", "repeats"],
        },
        new("listPlatformEvents", "/api/platforms/walk/events") { FromTables = true },
        new("listPlatformDays", "/api/platforms/walk/days") { FromTables = true },
        new("replayPlatform", "/api/platforms/walk/replay", """{"after":0}""")
        {
            Unknown = ("/api/platforms/none/replay", "platform.unknown"),
            Moves = ["why", "requestsLeft", "lagSeconds", "pausedUntil", "state"],
        },
        new("skipPlatform", "/api/platforms/walk/skip", """{"through":0,"reason":"it lost them"}""")
        {
            Unknown = ("/api/platforms/none/skip", "platform.unknown"),
            Moves = ["why", "requestsLeft", "lagSeconds", "pausedUntil", "state"],
        },
        new("getPlatform", "/api/platforms/walk")
        {
            Unknown = ("/api/platforms/none", "platform.unknown"),
            Moves = ["why", "requestsLeft", "lagSeconds", "pausedUntil", "state"],
        },
        new("listPlatforms", "/api/platforms") { FromTables = true },
    ];
}
