// Starts the console's circuit, quietly: only warnings belong in the browser's console.
const warning = 3;
Blazor.start({ circuit: { logLevel: warning, configureSignalR: builder => builder.configureLogging(warning) } });
