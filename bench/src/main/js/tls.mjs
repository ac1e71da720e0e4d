// TLS on Node and on Bun, for bench/tls: https with a greeting and /bulk, an echo, and the greeting without TLS.
//   node tls.mjs CERTIFICATE KEY HTTPS ECHO PLAIN BULK_BYTES       four numbers behind the files
import { readFileSync } from 'node:fs';

const [certificate, key, ...numbers] = process.argv.slice(2);
const [httpsPort, echoPort, plainPort, bulkBytes] = numbers.map(Number);
const hostname = '127.0.0.1';
const options = { cert: readFileSync(certificate), key: readFileSync(key) };
const piece = Buffer.alloc(65536, 'x');
const headers = { 'Content-Type': 'text/plain' };

async function onNode() {
  const [http, https, tls] = await Promise.all(['node:http', 'node:https', 'node:tls'].map((name) => import(name)));
  const greeting = Buffer.from('Hello, World!');
  const answer = (request, response) => {
    if (request.url === '/bulk') return bulk(response);
    response.writeHead(200, { ...headers, 'Content-Length': greeting.length });
    response.end(greeting);
  };
  const bulk = (response) => {
    response.writeHead(200, { 'Content-Length': bulkBytes });
    let left = bulkBytes;
    const send = () => {
      let goesOn = true;
      while (goesOn && left > 0) {
        left -= piece.length;
        goesOn = response.write(piece);
      }
      if (left === 0) response.end();
    };
    response.on('drain', send);
    send();
  };
  const kept = { keepAliveTimeout: 600_000, requestTimeout: 0, maxRequestsPerSocket: 0 };
  https.createServer({ ...kept, ...options, noDelay: true }, answer).listen(httpsPort, hostname, 4096);
  http.createServer(kept, answer).listen(plainPort, hostname, 4096);
  const echo = tls.createServer({ ...options, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  echo.on('tlsClientError', () => {});
  echo.listen(echoPort, hostname, 4096);
}

function onBun() {
  // What one write does not take waits, in order, for the socket's drain.
  const flush = (socket) => {
    while (socket.data.length > 0) {
      const first = socket.data[0];
      const count = socket.write(first);
      if (count < first.length) {
        socket.data[0] = first.subarray(Math.max(count, 0));
        return;
      }
      socket.data.shift();
    }
  };
  const bulk = () => {
    let left = bulkBytes;
    const body = new ReadableStream({
      type: 'direct',
      async pull(controller) {
        while (left > 0) {
          left -= piece.length;
          controller.write(piece);
          await controller.flush();
        }
        controller.close();
      },
    });
    return new Response(body);
  };
  const routes = { '/': new Response('Hello, World!', { headers }) };
  const fetch = (request) => bulk();
  Bun.serve({ hostname, port: httpsPort, idleTimeout: 0, tls: options, routes, fetch });
  Bun.serve({ hostname, port: plainPort, idleTimeout: 0, routes, fetch });
  Bun.listen({
    hostname,
    port: echoPort,
    tls: options,
    socket: {
      open(socket) {
        socket.data = [];
      },
      data(socket, data) {
        if (socket.data.length > 0) {
          socket.data.push(Buffer.from(data));
          return;
        }
        const count = socket.write(data);
        if (count < data.length) socket.data.push(Buffer.from(data.subarray(Math.max(count, 0))));
      },
      drain: flush,
      error() {},
      close() {},
    },
  });
}

if (process.versions.bun) onBun();
else await onNode();
