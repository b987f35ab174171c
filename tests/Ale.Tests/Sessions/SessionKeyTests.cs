using Ale.Edge;
using Xunit;

namespace Ale.Sessions;

[Trait("needs", "server")]
public sealed class SessionKeyTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task LIV05_TEC_03_The_same_key_starts_a_session_once_and_has_the_same_answer(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/sessions/key-1", """
            {"title":"T","kind":"live","tier":"base","market":"gb","hostId":"h","ownerId":"o","inducing":false,
             "startsAt":"2026-06-18T12:00:00Z","endsAt":"2026-06-18T13:00:00Z","skus":[]}
            """, "ops")).Ok();
        (await http.Post("/api/sessions/key-1/ready", "{}", "ops")).Ok();
        var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Start("k1")));
        Assert.Equal("live", (string)starts[0].Ok().Json["state"]!);
        Assert.Single(starts.Select(s => s.Ok().Text).Distinct());
        (await Start("k2")).IsProblem(409, "session.already_live");
        Assert.Equal(starts[0].Text, (await Start("k1")).Text);

        Task<Answer> Start(string key) =>
            http.Post("/api/sessions/key-1/start", "{}", "ops", headers: ("Idempotency-Key", key));
    }
}
