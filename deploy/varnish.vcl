# Into /etc/varnish/onetimejwt.vcl. One node on this machine; nothing is cached.
# Change accounts.example.com, and put 127.0.0.1 into Security:KnownProxies. maintenance.html belongs into
# /usr/share/onetimejwt. Varnish is started like this, because its log in shared memory, a file, otherwise holds addresses:
#
#   varnishd -F -f /etc/varnish/onetimejwt.vcl -s malloc,64m -a http=:80 -a https=127.0.0.1:6086,PROXY \
#     -p vsl_mask=-ReqURL,-ReqHeader,-BereqURL,-BereqHeader,-RespHeader,-BerespHeader,-HttpGarbage
#
# For a log of requests:
#
#   varnishncsa -F '%t %h %m %{VCL_Log:path}x %s %b'
#
# Varnish has no TLS. Before it stands for example HAProxy, on the same machine:
#
#   listen onetimejwt
#     mode tcp
#     timeout connect 3s
#     timeout client 100s
#     timeout server 100s
#     bind :443 ssl crt /etc/haproxy/tls/accounts.example.com.pem ssl-min-ver TLSv1.2
#     server varnish 127.0.0.1:6086 send-proxy-v2

vcl 4.1;

import std;

backend node {
  .host = "127.0.0.1";
  .port = "8080";
  .connect_timeout = 3s;
  # Longer than the app itself waits for a busy database.
  .first_byte_timeout = 60s;
  .between_bytes_timeout = 60s;
}

sub vcl_recv {
  # A link's token rides in the query, so the path alone is logged. Some paste a link into the path.
  std.log("path:" + regsub(req.url, "[?].*|eyJ.*", ""));

  if (local.socket != "https") {
    return (synth(308));
  }
  # For probes, which ask the node itself. The node reads /%68ealth and /x/../health as /health, and no page has such an
  # address.
  if (req.url ~ "(?i)^/+health([/?]|$)" || req.url ~ "^/[^/?]*%" || req.url ~ "(?i)^[^?]*/([.]|%2e){1,2}([/?]|$)") {
    return (synth(404));
  }

  # In place of what a client sent.
  set req.http.Host = "accounts.example.com";
  set req.http.X-Forwarded-For = client.ip;
  set req.http.X-Forwarded-Proto = "https";

  if (req.method == "GET" && req.url ~ "^/_blazor" && req.http.Upgrade ~ "(?i)^websocket$") {
    return (pipe);
  }
  return (pass);
}

sub vcl_pipe {
  # "close": a connection that is passed through has this one request.
  set bereq.http.Upgrade = req.http.Upgrade;
  set bereq.http.Connection = "upgrade, close";
}

sub vcl_synth {
  if (resp.status == 308) {
    set resp.http.Location = "https://accounts.example.com" + req.url;
    return (deliver);
  }
}

sub vcl_backend_error {
  # Where the node doesn't answer. Pages of the app's own, its 503 among them, pass as they are.
  set beresp.http.Content-Type = "text/html; charset=utf-8";
  set beresp.http.Cache-Control = "no-store";
  set beresp.http.Retry-After = "30";
  synthetic(std.fileread("/usr/share/onetimejwt/maintenance.html"));
  return (deliver);
}
