namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A real nginx before some nodes: it takes them in turn, request by request, and says which one answered.</summary>
/// <param name="path">What it passes on, unchanged; it knows nothing else.</param>
internal sealed class Nginx(string path = "/") : IAsyncDisposable
{
    public const string NodeHeader = "X-Node";

    private readonly string _folder = Directory.CreateTempSubdirectory("onetimejwt-nginx-").FullName;
    private ServerProcess? _process;

    public Uri Address { get; } = new($"http://localhost:{LocalPort.Free()}");

    public bool PassesWebSockets { get; init; } = true;

    /// <summary>More directives for its server block.</summary>
    public string Rule { get; init; } = "";

    public async Task StartAsync(params RunningApp[] nodes)
    {
        var program = ServerProcess.Find("nginx");
        Assert.SkipWhen(program is null, "nginx is not on PATH.");
        var configuration = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(nodes));
        _process = await ServerProcess.StartAsync(program!, ["-p", _folder, "-c", configuration, "-g", "daemon off;"], Address.Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Configuration(RunningApp[] nodes) =>
        $$"""
        worker_processes 1;
        pid {{_folder}}/pid;
        error_log stderr warn;
        events { }
        http {
          access_log off;
          client_body_temp_path {{_folder}}/body;
          proxy_temp_path {{_folder}}/proxy;
          fastcgi_temp_path {{_folder}}/fastcgi;
          uwsgi_temp_path {{_folder}}/uwsgi;
          scgi_temp_path {{_folder}}/scgi;
          map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
          upstream nodes { {{string.Join(' ', nodes.Select(node => $"server 127.0.0.1:{node.Address.Port} max_fails=0;"))}} }
          server {
            listen 127.0.0.1:{{Address.Port}};
            {{Rule}}
            location {{path}} {
              proxy_pass http://nodes;
              proxy_http_version 1.1;
              {{(PassesWebSockets ? "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;" : "")}}
              proxy_set_header Host $http_host;
              proxy_set_header X-Forwarded-For $remote_addr;
              proxy_set_header X-Forwarded-Proto $scheme;
              add_header {{NodeHeader}} $upstream_addr always;
            }
          }
        }
        """;
}
