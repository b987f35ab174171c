using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Registers;
using Ale.Users;
using Xunit;

namespace Ale.Enrolments;

/// <summary>Trials and events over HTTP, on both stores.</summary>
[Trait("needs", "server")]
public sealed class EnrolmentServerTests
{
    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task USR_13_who_checks_in_by_code_has_attended_and_has_his_coupon_once(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (now, id) = (TimeProvider.System.GetUtcNow(), $"popup-{store}");
        var coupon = $"EV{store.ToUpperInvariant()}";
        (await http.Put($"/api/coupons/{coupon}", $$"""
            {"offMinor":100,"currency":"CNY","pool":9,"perUserMax":1,"startsAt":"{{Iso(now.AddDays(-1))}}",
             "endsAt":"{{Iso(now.AddDays(9))}}","source":"event"}
            """, "ops")).Ok();
        (await http.Put($"/api/enrolments/{id}", $$"""
            {"kind":"event","title":"Pop-up","places":1,"opensAt":"{{Iso(now.AddDays(-1))}}",
             "closesAt":"{{Iso(now.AddDays(1))}}","sessionId":"S1","coupon":"{{coupon}}"}
            """, "ops")).Ok();
        var (first, second) = (http.Put($"/api/enrolments/{id}/places/ann-{store}"),
            http.Put($"/api/enrolments/{id}/places/bob-{store}"));
        var answers = new[] { await first, await second };
        var place = Assert.Single(answers, a => a.Status == 200).Json;
        Assert.Single(answers, a => a.Status == 409 && a.Code == "enrolment.full");
        var (code, user) = ((string)place["code"]!, (string)place["userId"]!);
        (await http.Post($"/api/enrolments/{id}/check-in", """{"code":"NOBODYS"}""", "ops"))
            .IsProblem(404, "enrolment.no_place");
        for (var time = 0; time < 2; time++)
        {
            var come = (await http.Post($"/api/enrolments/{id}/check-in", $$"""{"code":"{{code}}"}""", "ops")).Ok().Json;
            Assert.Equal(("attended", user), ((string)come["state"]!, (string)come["userId"]!));
        }

        var coupons = await new Func<Task<JsonArray>>(async () =>
            (await http.Get($"/api/users/{user}/coupons", "ops")).Ok().Json["items"]!.AsArray())
            .Until(c => c.Count > 0, 20);
        Assert.Single(coupons);
        var info = (await http.Get($"/api/enrolments/{id}", "ops")).Ok().Json;
        Assert.Equal((1, 1, "S1"),
            ((int)info["taken"]!, (int)info["attended"]!, (string)info["sessionId"]!));
        var places = await new Func<Task<JsonArray>>(async () =>
            (await http.Get($"/api/enrolments/{id}/places", "ops")).Ok().Json["items"]!.AsArray())
            .Until(p => p.Count == 1 && (string)p[0]!["state"]! == "attended", 20);
        Assert.Equal(user, (string)places[0]!["userId"]!);
        (await http.Put($"/api/enrolments/{id}/places/ann-{store}", role: "user", subject: "another"))
            .IsProblem(403, "auth.not_yours");
    }

    [Fact]
    public async Task USR_13_a_coupon_that_is_refused_at_check_in_stands_in_an_inbox()
    {
        var silo = await TestSilo.Sqlite;
        var (http, now) = (silo.Http, TimeProvider.System.GetUtcNow());
        (await http.Put("/api/coupons/LATER", $$"""
            {"offMinor":100,"currency":"CNY","pool":9,"perUserMax":1,"startsAt":"{{Iso(now.AddDays(5))}}",
             "endsAt":"{{Iso(now.AddDays(9))}}","source":"event"}
            """, "ops")).Ok();
        (await http.Put("/api/enrolments/early", $$"""
            {"kind":"event","title":"Pop-up","places":1,"opensAt":"{{Iso(now.AddDays(-1))}}",
             "closesAt":"{{Iso(now.AddDays(1))}}","coupon":"LATER"}
            """, "ops")).Ok();
        var place = (await http.Put("/api/enrolments/early/places/eve")).Ok().Json;
        (await http.Post("/api/enrolments/early/check-in", $$"""{"code":"{{(string)place["code"]!}}"}""", "ops")).Ok();
        var told = await new Func<Task<JsonNode?>>(async () => (await http.Get("/api/inbox?limit=500", "ops")).Ok()
            .Json["items"]!.AsArray().FirstOrDefault(i => (string)i!["subject"]! == "enrolment/early"))
            .Until(i => i is not null, 20);
        Assert.Equal(("coupon_not_credited", "early: who has come did not get his coupon (coupon.not_started)"),
            ((string)told!["kind"]!, (string)told["title"]!));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task USR_05_a_trial_asks_the_tier_and_the_register_of_high_potential(string store)
    {
        var silo = await TestSilo.On(store);
        var (http, now, id) = (silo.Http, TimeProvider.System.GetUtcNow(), $"trial-{store}");
        (await http.Put($"/api/enrolments/{id}", $$"""
            {"kind":"trial","title":"Cream","places":5,"opensAt":"{{Iso(now.AddDays(-1))}}",
             "closesAt":"{{Iso(now.AddDays(1))}}"}
            """, "ops")).Ok();
        (await http.Put($"/api/enrolments/{id}/places/cat-{store}")).IsProblem(403, "enrolment.not_eligible");
        (await http.Put($"/api/skus/TR-{store}", """{"title":"Cup","priceMinor":400000,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/TR-{store}/receipts/r", """{"quantity":9}""")).Ok();
        (await http.Put($"/api/orders/{id}", $$"""
            {"userId":"cat-{{store}}","lines":[{"sku":"TR-{{store}}","quantity":1}]}
            """)).Ok();
        (await http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();
        var place = await new Func<Task<Answer>>(() => http.Put($"/api/enrolments/{id}/places/cat-{store}"))
            .Until(a => a.Status == 200, 20); // 4,000 yuan make him core
        Assert.False((bool)place.Json["isHighPotential"]!);
        Assert.NotNull(place.Json["feedbackBy"]);
        (await http.Post($"/api/enrolments/{id}/places/cat-{store}/feedback", """{"rating":9,"text":"x"}"""))
            .IsProblem(400, "request.invalid");
        var said = (await http.Post($"/api/enrolments/{id}/places/cat-{store}/feedback", """{"rating":5,"text":"soft"}""")).Ok();
        Assert.Equal("answered", (string)said.Json["state"]!);
        var info = (await http.Get($"/api/enrolments/{id}", "ops")).Ok().Json;
        Assert.Equal((1, 1, 1), ((int)info["highPotentialPlaces"]!, (int)info["taken"]!, (int)info["answered"]!));

        // Who never bought and stands in the register has a place of its share.
        var hip = await silo.Grains.UserIds().Internal($"hip-{store}");
        Assert.Null((await silo.Grains.Register(EnrolmentKeys.HighPotential, hip.ToString()).Enter(
            new("e1", new("High potential", [], now.AddDays(-1), null), "o1"))).Refusal);
        var his = (await http.Put($"/api/enrolments/{id}/places/hip-{store}")).Ok();
        Assert.True((bool)his.Json["isHighPotential"]!);
        info = (await http.Get($"/api/enrolments/{id}", "ops")).Ok().Json;
        Assert.Equal((1, 1), ((int)info["taken"]!, (int)info["highPotentialTaken"]!)); // a share of its own
    }
}
