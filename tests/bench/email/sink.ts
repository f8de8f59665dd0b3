import { createServer, type Socket } from 'node:net';

/** An SMTP server that takes everything and keeps nothing, in a process of its own. Tells its port, and counts. */
let messages = 0;

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.write('220 sink\r\n');
  let inBody = false;
  let pending = '';
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (;;) {
      if (inBody) {
        const end = pending.startsWith('.\r\n') ? 0 : pending.indexOf('\r\n.\r\n');
        if (end === -1) return;
        pending = pending.slice(pending.indexOf('.\r\n', end) + 3);
        inBody = false;
        messages += 1;
        socket.write('250 2.0.0 queued\r\n');
        continue;
      }
      const end = pending.indexOf('\r\n');
      if (end === -1) return;
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      inBody = answer(socket, line.slice(0, 4).toUpperCase());
    }
  });
});

/** Whether the message follows. */
function answer(socket: Socket, command: string): boolean {
  if (command === 'EHLO') socket.write('250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n');
  else if (command === 'AUTH') socket.write('235 2.7.0 ok\r\n');
  else if (command === 'DATA') socket.write('354 go\r\n');
  else if (command === 'QUIT') socket.end('221 bye\r\n');
  else socket.write('250 2.0.0 ok\r\n');
  return command === 'DATA';
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
process.on('message', () => process.send?.({ messages }));
process.on('disconnect', () => process.exit(0));
