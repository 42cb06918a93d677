using System.Globalization;
using OneTimeJwt.Benchmarks;

string[] Server = ["--provider", "PostgreSql"];
var quick = args.Contains("--quick");
var onServer = Server.All(args.Contains);
Tools.MayInstall = !quick;
try
{
    switch (args.Where(word => word is not "--quick").Except(onServer ? Server : []).ToArray())
    {
        case ["accounts", var database]:
            return await ManyAccounts.GenerateAsync(database, ManyAccounts.Usual);
        case ["accounts", var database, var count]:
            return await ManyAccounts.GenerateAsync(database, int.Parse(count, CultureInfo.InvariantCulture));
        case ["search", var database]:
            return await SearchTimes.MeasureAsync(database);
        case [WaitingMails.Command, var database, var sent]:
            return await WaitingMails.SendAsync(database, int.Parse(sent, CultureInfo.InvariantCulture));
        case ["tokens"]:
            await TokenScenario.RunAsync(quick);
            break;
        case ["http"]:
            await HttpScenario.RunAsync(quick, onServer);
            break;
        case ["redeem"]:
            await RedeemScenario.RunAsync(quick);
            break;
        case ["delivery"]:
            await DeliveryScenario.RunAsync(quick);
            break;
        case ["events"]:
            await EventsScenario.RunAsync(quick);
            break;
        case ["growth"]:
            await GrowthScenario.RunAsync(quick);
            break;
        case ["api"]:
            await ApiScenario.RunAsync(quick);
            break;
        case ["all"]:
            await TokenScenario.RunAsync(quick);
            await HttpScenario.RunAsync(quick, onServer);
            await RedeemScenario.RunAsync(quick);
            await DeliveryScenario.RunAsync(quick);
            await EventsScenario.RunAsync(quick);
            await GrowthScenario.RunAsync(quick);
            await ApiScenario.RunAsync(quick);
            break;
        default:
            await Console.Error.WriteLineAsync(
                "usage: all | tokens | http | redeem | delivery | events | growth | api [--quick] [--provider PostgreSql], "
                    + "accounts DATABASE [COUNT], search DATABASE");
            return 2;
    }
}
catch (MissingToolException missing)
{
    await Console.Error.WriteLineAsync(missing.Message);
    return 1;
}

return 0;
