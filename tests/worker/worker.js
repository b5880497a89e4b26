// A Worker that answers as Evolution Hub does: health is 200 whatever its services are like, and the body tells.
const HEADERS = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
  "Cross-Origin-Opener-Policy": "same-origin",
};
const SERVICES = {
  d1: (env) => env.DB.prepare("SELECT count(*) FROM users").first(),
  kv: async (env) => {
    await env.SESSION.put("__health_check__", "ok", { expirationTtl: 60 });
    if ((await env.SESSION.get("__health_check__")) !== "ok") throw new Error("what was put was not got");
    await env.SESSION.delete("__health_check__");
  },
  r2: (env) => env.R2_AI_IMAGES.list({ limit: 1 }),
};

async function health(env) {
  const began = Date.now();
  const services = {};
  const errors = [];
  for (const [name, ask] of Object.entries(SERVICES)) {
    try {
      await ask(env);
      services[name] = true;
    } catch (error) {
      services[name] = false;
      errors.push(`${name.toUpperCase()}: ${error.message}`);
    }
  }
  const data = {
    status: errors.length ? "degraded" : "ok",
    services,
    duration: `${Date.now() - began}ms`,
    timestamp: new Date().toISOString(),
    version: env.ENVIRONMENT,
    ...(errors.length ? { errors } : {}),
  };
  return Response.json({ success: true, data });
}

const ANSWERS = {
  "/": () => new Response(null, { status: 302, headers: { Location: "/welcome?next=%2F" } }),
  "/welcome": () => new Response("<!doctype html><title>Evolution Hub</title>", { headers: { "Content-Type": "text/html" } }),
  "/api/health": health,
  "/api/ai-image/usage": () => Response.json({ success: true, data: { used: 0, limit: 3 } }),
};

export default {
  async fetch(request, env) {
    const answer = ANSWERS[new URL(request.url).pathname] ?? (() => new Response("Not found", { status: 404 }));
    const response = await answer(env);
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    const nonce = crypto.randomUUID();
    headers.set("Content-Security-Policy", `default-src 'self'; script-src 'self' 'nonce-${nonce}'; object-src 'none'`);
    return new Response(response.body, { status: response.status, headers });
  },
};
