using Ale.Kernel;
using Ale.Stock;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Verify;

/// <summary>Tables without a version of their stream, and rows that no stream knows, are compared like all others.
/// </summary>
[Trait("needs", "server")]
public sealed class VerifyTableTests(Evenings evenings) : IClassFixture<Evenings>
{
    /// <summary>A table, a number of it, and which row is altered and removed.</summary>
    public static TheoryData<string, string, string, string, string> Tables()
    {
        var data = new TheoryData<string, string, string, string, string>();
        foreach (var store in new[] { "sqlite", "postgres" })
        {
            foreach (var (table, number, where, stream) in new[]
            {
                ("import", "at", "id = 'vi'", "import/vi"),
                ("import_document", "lines", "no = 'd1'", "import_document/vi/d1"),
                ("import_line", "amount_minor", "document = 'd1'", "import_document/vi/d1"),
                ("payment_event", "amount_minor", "order_id = 'o3'", "payment/"),
                ("due", "at", "stream = 'order/o1'", "order/o1"),
                ("coupon", "claimed", "template = 'VC'", "coupon/VC"),
                ("coupon_claim", "expires_at", "code = (select min(code) from coupon_claim)", "coupon/VC"),
                ("register_entry", "valid_to", "subject = 'V1'", "register/import_papers/V1"),
                ("approval", "approvals", "id = 'verify:v1:1'", "approval/verify:v1:1"),
                ("approval_vote", "at", "person = 'bob'", "approval/verify:v1:1"),
                ("sales_return_line", "price_minor", "order_id = 'o1'", "order/o1"),
            })
                data.Add(store, table, number, where, stream);
        }

        return data;
    }

    [Theory, MemberData(nameof(Tables))]
    public async Task An_altered_a_removed_and_an_added_row_are_found(
        string store, string table, string number, string where, string stream)
    {
        var evening = await evenings.On(store);
        await using var views = await evening.Open("views");
        var row = (IDictionary<string, object?>)await views.QuerySingleAsync<dynamic>(
            $"select * from {table} where {where}");
        var key = row.Keys.First();

        var other = new Dictionary<string, object?>(row) { [number] = (long)row[number]! + 1 };
        await Replace(row, other);
        try { await Finds($"{number} of ", stream); }
        finally { await Replace(other, row); }

        await Delete(row);
        try { await Finds($"table {table} has no row", stream); }
        finally { await Insert(row); }

        var added = new Dictionary<string, object?>(row) { [key] = "nobody" };
        await Insert(added);
        try { await Finds($"table {table} has a row nobody", ""); }
        finally { await Delete(added); }

        Assert.Empty((await evening.Verify()).Report.Failures);

        async Task Finds(string detail, string of)
        {
            var (status, report) = await evening.Verify();
            Assert.Equal((1, false), (status, report.Ok));
            Assert.Contains(report.Failures, f => f.Check == "tables"
                && f.Detail.StartsWith(detail, StringComparison.Ordinal)
                && f.Stream.StartsWith(of, StringComparison.Ordinal));
        }

        async Task Replace(IDictionary<string, object?> old, IDictionary<string, object?> by)
        {
            await Delete(old);
            await Insert(by);
        }

        Task Delete(IDictionary<string, object?> values)
        {
            var set = values.Where(v => v.Value is not null).ToList();
            return views.ExecuteAsync(
                $"delete from {table} where {string.Join(" and ", set.Select(v => $"{v.Key} = @{v.Key}"))}",
                Of(set));
        }

        Task Insert(IDictionary<string, object?> values) => views.ExecuteAsync(
            $"insert into {table} ({string.Join(", ", values.Keys)}) "
            + $"values ({string.Join(", ", values.Keys.Select(k => "@" + k))})", Of(values));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task In_many_passes_the_same_is_found(string store)
    {
        var evening = await evenings.On(store);
        var services = evening.Silo.Services;
        var journal = services.GetRequiredService<IJournalStore>();
        var views = services.GetRequiredService<IViewStore>();
        var catalog = services.GetRequiredService<ReaderCatalog>();
        var whole = new TableCheck(journal, views, catalog, evening.Silo.Grains);
        Assert.Empty(await Run(whole));
        Assert.Empty(await Run(new(journal, views, catalog, evening.Silo.Grains) { RowsAtOnceMax = 40 }));

        await using var tables = await evening.Open("views");
        await tables.ExecuteAsync("update reservation set sku = 'V9' where sku = 'V3'");
        try
        {
            var parts = new TableCheck(journal, views, catalog, evening.Silo.Grains) { RowsAtOnceMax = 40 };
            Assert.Equal(["stock/V3", "table reservation"], (await Run(parts)).Select(f => f.Stream).Order());
            Assert.Equal(whole.Rows + 1, parts.Rows); // the moved row is missing there and too many here
        }
        finally { await tables.ExecuteAsync("update reservation set sku = 'V3' where sku = 'V9'"); }

        async Task<List<VerifyFailure>> Run(TableCheck check)
        {
            List<VerifyFailure> found = [];
            await foreach (var failure in check.Run(await journal.End(default), 0, default)) found.Add(failure);
            return found;
        }
    }

    private static DynamicParameters Of(IEnumerable<KeyValuePair<string, object?>> values)
    {
        var parameters = new DynamicParameters();
        foreach (var (name, value) in values) parameters.Add(name, value);
        return parameters;
    }
}
