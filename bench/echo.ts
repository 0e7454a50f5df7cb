// The floor of every HTTP figure: a bare node:http server that parses a JSON body and answers one of
// the size of askonce's own, in a process of its own. Prints its port.
import { createServer } from 'node:http';

const answer = process.argv[2] ?? '{}';

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => (body += piece));
  request.on('end', () => {
    const { id } = JSON.parse(body) as { id?: unknown };
    const text = JSON.stringify({ jsonrpc: '2.0', id, result: answer });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
