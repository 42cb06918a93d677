namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Where the mails of a site arrive. What lay there before the suite came is left alone.</summary>
public interface IMailbox : IAsyncDisposable
{
    /// <summary>Waits for the next mail; every mail is handed out once.</summary>
    /// <exception cref="TimeoutException">It didn't come in time; the message lists what did, by subject and recipient.</exception>
    Task<ReceivedMail> NextAsync(string address, string subject);

    /// <summary>How many mails an address has got since the suite started, taken or not.</summary>
    int CountFor(string address);
}
