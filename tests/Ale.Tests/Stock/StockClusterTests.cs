using Ale.Edge;
using Xunit;

namespace Ale.Stock;

/// <summary>One SKU over several silos, and over the sudden death of one.</summary>
[Trait("needs", "server")]
public sealed class StockClusterTests
{
    private const string Sku = "/api/skus/HOT";
    private const string Terms = """{"title":"Lipstick","priceMinor":9900,"currency":"CNY"}""";

    [Fact]
    public async Task STK01_of_150_reservations_through_three_silos_exactly_the_100_units_are_held()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var one = await TestSilo.Start(database);
        await using var two = await TestSilo.Start(database);
        await using var three = await TestSilo.Start(database);
        TestSilo[] silos = [one, two, three];
        (await one.Http.Put(Sku, Terms)).Ok();
        (await two.Http.Put($"{Sku}/receipts/in1", """{"quantity":100}""")).Ok();

        var answers = await Task.WhenAll(Enumerable.Range(0, 150).Select(
            i => silos[i % 3].Http.Put($"{Sku}/reservations/r{i}", """{"quantity":1}""")));

        Assert.Equal(100, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(409, "stock.sold_out"));
        foreach (var silo in silos) await Figures(silo.Http, onHand: 100, held: 100, sold: 0, available: 0);
        var latest = answers.Select(answer => answer.Headers[AleAt.Header]).MaxBy(Position)!;
        var row = (await three.Http.Get("/api/skus", headers: (AleAt.Header, latest))).Ok().Json["items"]![0]!;
        Assert.Equal((100, 100, 0), ((int)row["onHand"]!, (int)row["held"]!, (int)row["available"]!));

        static long Position(string place) => long.Parse(place.Split('-')[1]);
    }

    [Fact] // TEC-02
    public async Task TEC01_after_a_silo_is_killed_its_neighbour_has_the_same_stock()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var first = await SiloProcess.Start(database);
        (await first.Http.Put(Sku, Terms)).Ok(); // the grain lives there: there is no other silo yet
        (await first.Http.Put($"{Sku}/receipts/in1", """{"quantity":10}""")).Ok();
        await using var second = await TestSilo.Start(database);
        (await first.Http.Put($"{Sku}/reservations/r1", """{"quantity":4}""")).Ok();
        (await second.Http.Post($"{Sku}/reservations/r1/confirm")).Ok();
        (await first.Http.Put($"{Sku}/reservations/r2", """{"quantity":3}""")).Ok();
        await first.Kill();
        await Figures(second.Http, onHand: 6, held: 3, sold: 4, available: 3); // waits until the death is noticed
        (await second.Http.Post($"{Sku}/reservations/r2/confirm")).Ok();
        (await second.Http.Put($"{Sku}/reservations/r3", """{"quantity":4}""")).IsProblem(409, "stock.sold_out");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task S10_TEC01_after_a_kill_in_a_flash_sale_no_unit_is_lost_or_sold_twice(string store)
    {
        await using var silo = await SiloProcess.Start(await Database(store));
        (await silo.Http.Put(Sku, Terms)).Ok();
        (await silo.Http.Put($"{Sku}/receipts/in1", """{"quantity":100}""")).Ok();
        var sales = await Task.WhenAll(Enumerable.Range(0, 40).Select(Sell));
        Assert.All(sales, sale => sale.Ok());
        await Task.Delay(TimeSpan.FromSeconds(2));
        var before = (await silo.Http.Get($"{Sku}/stock")).Ok().Text;

        // Some are under way when it dies; what was acknowledged must be there again, the rest is asked again.
        var underWay = Enumerable.Range(40, 30).Select(async i =>
        {
            try { return (await Sell(i)).Status == 200; }
            catch (HttpRequestException) { return false; }
        }).ToArray();
        await Task.Delay(5);
        await silo.Kill();
        var acknowledged = (await Task.WhenAll(underWay)).Count(done => done);
        await silo.Start();

        var now = (await silo.Http.Get($"{Sku}/stock")).Ok().Json;
        var sold = (int)now["sold"]!;
        Assert.InRange(sold, 40 + acknowledged, 70);
        Assert.Equal(100 - sold, (int)now["onHand"]!);
        Assert.Contains("\"sold\":40", before);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 70).Select(Sell)), sale => sale.Ok());
        await Figures(silo.Http, onHand: 30, held: 0, sold: 70, available: 30);
        Assert.Equal("", silo.Errors.Trim());

        async Task<Answer> Sell(int i)
        {
            var held = await silo.Http.Put($"{Sku}/reservations/r{i}", """{"quantity":1}""");
            return held.Status == 200 ? await silo.Http.Post($"{Sku}/reservations/r{i}/confirm") : held;
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task G01_S08_holds_end_by_their_deadline_after_a_restart_in_between(string store)
    {
        await using var silo = await SiloProcess.Start(await Database(store));
        (await silo.Http.Put(Sku, Terms.Replace("}", ",\"holdSeconds\":2}"))).Ok();
        (await silo.Http.Put($"{Sku}/receipts/in1", """{"quantity":5}""")).Ok();
        (await silo.Http.Put($"{Sku}/reservations/r1", """{"quantity":2}""")).Ok();
        var last = (await silo.Http.Put($"{Sku}/reservations/r2", """{"quantity":3}""")).Ok();
        await silo.Kill();
        await silo.Start();

        // Nobody asks the grain: the list shows only what it has written by itself.
        var wait = (DateTimeOffset)last.Json["expiresAt"]! - TimeProvider.System.GetUtcNow();
        if (wait > TimeSpan.Zero) await Task.Delay(wait);
        var listed = async () => (int)(await silo.Http.Get("/api/skus")).Ok().Json["items"]![0]!["held"]!;
        Assert.Equal(0, await listed.Until(held => held == 0, seconds: 3)); // the reader takes its place first
        await Figures(silo.Http, onHand: 5, held: 0, sold: 0, available: 5);
        Assert.Equal("expired", (string?)(await silo.Http.Get($"{Sku}/reservations/r1")).Ok().Json["state"]);
    }

    [Fact]
    public async Task A_deadline_that_passed_while_no_silo_ran_is_kept_by_the_first_question()
    {
        await using var silo = await SiloProcess.Start();
        (await silo.Http.Put(Sku, Terms.Replace("}", ",\"holdSeconds\":1}"))).Ok();
        (await silo.Http.Put($"{Sku}/receipts/in1", """{"quantity":1}""")).Ok();
        (await silo.Http.Put($"{Sku}/reservations/r1", """{"quantity":1}""")).Ok();
        await silo.Kill();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await silo.Start();
        (await silo.Http.Put($"{Sku}/reservations/r2", """{"quantity":1}""")).Ok();
        (await silo.Http.Post($"{Sku}/reservations/r1/confirm")).IsProblem(410, "stock.expired");
        (await silo.Http.Post($"{Sku}/reservations/r2/confirm")).Ok();
    }

    private static async Task<string?> Database(string store) =>
        store == "postgres" ? await (await PostgresServer.Shared).NewDatabase() : null;

    private static async Task Figures(SiloHttp http, int onHand, int held, int sold, int available)
    {
        var now = (await http.Get($"{Sku}/stock")).Ok().Json;
        Assert.Equal((onHand, held, sold, available),
            ((int)now["onHand"]!, (int)now["held"]!, (int)now["sold"]!, (int)now["available"]!));
    }
}
