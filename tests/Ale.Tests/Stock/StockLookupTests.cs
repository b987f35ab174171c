using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Stock;

[Trait("needs", "server")]
public sealed class StockLookupTests
{
    [Fact] // told as busy, a client of a living silo heard an error of another silo's death
    public async Task STK01_What_the_table_does_not_know_in_time_is_unknown_and_asked_again()
    {
        var silo = await TestSilo.Sqlite;
        var lookup = silo.Services.GetRequiredService<StockLookup>();
        var never = new JournalPlace(long.MaxValue, 0);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => lookup.Past("LOOK", "r1", never, default));
        Assert.Null(await lookup.Past("LOOK", "r1", default, default));
    }
}
