// The load of bench/load by undici: MODULE URL CONNECTIONS WARM_UP SECONDS, and one line of JSON.
import { createRequire } from 'node:module';

const [module, url, connections, warmUp, seconds] = process.argv.slice(2);
const { Pool } = createRequire(module)('undici');
const pool = new Pool(new URL(url).origin, { connections: Number(connections), pipelining: 1 });
const path = new URL(url).pathname;
let responses = 0;
let isOver = false;

async function ask() {
  while (!isOver) {
    const { statusCode, body } = await pool.request({ path, method: 'GET' });
    const bytes = await body.arrayBuffer();
    if (statusCode !== 200 || bytes.byteLength === 0) {
      throw new Error('status ' + statusCode);
    }
    responses++;
  }
}

const rest = (time) => new Promise((done) => setTimeout(done, Number(time) * 1000));
const all = Array.from({ length: Number(connections) }, ask);
await rest(warmUp);
const before = { responses, cpu: process.cpuUsage(), time: process.hrtime.bigint() };
await rest(seconds);
const cpu = process.cpuUsage(before.cpu);
const result = {
  responses: responses - before.responses,
  elapsedNanos: Number(process.hrtime.bigint() - before.time),
  cpuNanos: (cpu.user + cpu.system) * 1000,
};
isOver = true;
await Promise.all(all);
await pool.close();
console.log(JSON.stringify(result));
