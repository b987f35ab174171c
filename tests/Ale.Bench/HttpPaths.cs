namespace Ale.Bench;
internal static class HttpPaths { public static Task Run(PostgresServer s, BenchOptions o, Results r) => Task.CompletedTask; }
internal static class Bounds { public static Task Run(PostgresServer s, BenchOptions o, Results r) => Task.CompletedTask; }
internal static class ResultsFile { public static Task Write(Results r, BenchOptions o) => Task.CompletedTask; }
