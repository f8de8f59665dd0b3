import { openEmailWorld, startSink, countTasks } from './bench/email/world.ts';
import { startMailWorkers } from '../companion-server/services/mail/worker.ts';
import { createChanges } from '../companion-server/services/changes.ts';
import { systemTimers } from '#shared/kernel/clock.ts';
import { schema } from '../companion-server/db/index.ts';
const sink = await startSink();
const w = await openEmailWorld(20, 400, sink.port);
(w.services as any).log = { info: console.log, warn: console.log, error: console.log };
console.log(await countTasks(w.stage), await w.stage.db.reader.select({s:schema.enrollment.status, r: schema.enrollment.reason}).from(schema.enrollment));
const stop = new AbortController();
const ticked = createChanges(systemTimers);
const workers = startMailWorkers({ services: w.services, ctx: w.stage.ctx, ticked, wakeEngine: () => {}, signal: stop.signal, keepCopies: false });
for (let i=0;i<12;i++){ await systemTimers.sleep(300); w.stage.time.offset+=300000; ticked.notify(); console.log(await countTasks(w.stage), await sink.count()); }
if (0) console.log(await w.stage.db.reader.select({c:schema.channel.smtpStatus,r:schema.channel.smtpResponse, i: schema.channel.imapStatus, ir: schema.channel.inboxReadAt, n: schema.channel.nextAt}).from(schema.channel));
console.log(await w.stage.db.reader.select({n: schema.lane.nextAt, l: schema.lane.nextLimit, r: schema.lane.readyCount}).from(schema.lane).limit(400).then(r=>r.filter(x=>x.r>0).map(x=>[(x.n-w.stage.ctx.clocks.schedule.now())/1000,x.l,x.r].join(' ')).slice(0,5)));
process.exit(0);
