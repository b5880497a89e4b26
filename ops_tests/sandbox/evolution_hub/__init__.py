"""The second embedded target: a web application like Evolution Hub on Cloudflare Workers."""
