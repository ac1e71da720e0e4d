'use strict';
const cluster = require('node:cluster');
const http = require('node:http');
const os = require('node:os');

// As examples/MultiCore.java.
const port = Number(process.argv[2] ?? 8084);
const count = Number(process.argv[3] ?? os.availableParallelism());
if (cluster.isPrimary) {
  for (let number = 1; number <= count; number++) {
    cluster.fork({ NUMBER: number });
  }
  cluster.once('listening', (worker, address) => console.log(`${count} loops on http://127.0.0.1:${address.port}`));
} else {
  http.createServer((request, response) => response.end(`loop ${process.env.NUMBER}\n`)).listen(port, '127.0.0.1');
}
