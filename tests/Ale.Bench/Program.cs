using Ale.Bench;

return args switch
{
    ["hot", .. var rest] => await Hot.Run(BenchOptions.Parse(rest)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Ale.Bench -- hot [--seconds N] [--warmup N] [--quick] [--report]
          hot       durable reservations a second on one SKU and on 10,000, beside pgbench on the same server
          --seconds timed seconds a figure, default 8        --warmup  seconds before the first, default 10
          --quick   2 seconds a figure, 3 of warming         --report  writes tests/Ale.Bench/RESULTS.md
        """);
    return 2;
}
