// HTTP on Node: a greeting for every GET, and the body back for a POST.   node hello.mjs PORT
import { createServer } from 'node:http';

const greeting = Buffer.from('Hello, World!');

const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 }, (request, response) => {
  if (request.method === 'POST') return echo(request, response);
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': greeting.length });
  response.end(greeting);
});

function echo(request, response) {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': body.length });
    response.end(body);
  });
}

server.maxRequestsPerSocket = 0;
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
