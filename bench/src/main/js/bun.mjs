// Bun as a peer: a fixed route that greets, and POST /echo with its body: bun bun.mjs PORT
const headers = { 'Content-Type': 'text/plain' };
Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  idleTimeout: 0,
  routes: { '/': new Response('Hello, World!', { headers }) },
  async fetch(request) {
    return new Response(await request.arrayBuffer());
  },
});
