namespace Ale.Bench;
internal static class ResultsFile { public static Task Write(Results r, BenchOptions o) => Task.CompletedTask; }
