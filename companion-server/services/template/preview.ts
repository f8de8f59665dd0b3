import { attachmentsIn, markdownPlain } from '#shared/automation/markdown.ts';
import { renderTemplate, type TemplateVariables, templateSeed } from '#shared/automation/render.ts';
import type { EmailPreview } from '#shared/contract/template.ts';
import { limits } from '#shared/kernel/limits.ts';
import { bodiesOf } from '../../email/bodies.ts';
import { buildMessage } from '../../email/build.ts';
import { domainOf, messageIdFor } from '../../email/messageId.ts';
import { sendMessage } from '../../email/send.ts';
import { filesProblem, textVariables } from '../../engine/index.ts';
import { filesFor, readFilesFrom } from '../attachment/files.ts';
import { contactOf } from '../contact/view.ts';
import { audit, type MemberCall } from '../context.ts';
import { openSettings } from '../mail/settings.ts';
import { invalid, Refusal } from '../refusal.ts';
import { channelsOf, senderOf, senderToManage } from '../scope.ts';
import { workspaceOf } from '../workspace/me.ts';
import { requireFiles } from './manage.ts';

interface Wanted {
  senderId: string | null;
  contactId: string | null;
  subject: string;
  text: string;
  attachments: string[];
}

interface Rendered {
  contactName: string;
  subject: string | null;
  text: string | null;
  missing: string[];
  problem: string | null;
}

async function render(call: MemberCall, wanted: Wanted): Promise<Rendered> {
  const sender = wanted.senderId ? await senderOf(call.db.reader, call, wanted.senderId) : null;
  const contact = wanted.contactId ? await contactOf(call.db.reader, call, wanted.contactId) : null;
  const senderName = sender?.name ?? 'Sam Sender';
  const variables: TemplateVariables = contact
    ? textVariables(contact, senderName)
    : { ...invented, senderName, senderFirstName: senderName.split(' ')[0] };
  const contactName = contact ? `${contact.firstName} ${contact.lastName}`.trim() : 'an invented contact';
  const seed = templateSeed(contact?.id ?? 'example');
  const missing: string[] = [];
  const subject = wanted.subject.trim() === '' ? '' : null;
  for (;;) {
    const line =
      subject === null
        ? renderTemplate(wanted.subject, variables, seed, {
            field: 'subject',
            maxLength: limits.emailSubject,
          })
        : ({ ok: true, value: subject } as const);
    const body = renderTemplate(wanted.text, variables, seed, { markdown: true });
    if (line.ok && body.ok) {
      const isWhole = missing.length === 0;
      return {
        contactName,
        subject: isWhole ? line.value : null,
        text: isWhole ? body.value : null,
        missing,
        problem: null,
      };
    }
    const error = line.ok ? (body.ok ? null : body.error) : line.error;
    const variable = error?.variable ?? null;
    if (variable === null || missing.includes(variable)) {
      return { contactName, subject: null, text: null, missing, problem: error?.message ?? null };
    }
    // Filled in for the next look, so that everything that is missing is told at once.
    missing.push(variable);
    variables[variable] = '?';
  }
}

const invented = {
  firstName: 'Anna',
  lastName: 'Berg',
  fullName: 'Anna Berg',
  company: 'Berg Works',
  title: 'Head of Sales',
  email: 'anna@example.com',
  location: 'Oslo',
};

/** What one contact would get, whole. */
export async function previewEmail(call: MemberCall, wanted: Wanted): Promise<EmailPreview> {
  const { contactName, subject, text, missing, problem } = await render(call, wanted);
  if (text === null) {
    return {
      contactName,
      subject,
      plain: null,
      html: null,
      characters: [...wanted.text].length,
      missing,
      problem,
    };
  }
  const filesAre = await filesProblem(call.db.reader, call.workspaceId, { ...wanted, text });
  const parts = { ...(await partsOf(call, wanted, text)), imageUrl: await imagesOf(call, text) };
  const characters = [...markdownPlain(text)].length;
  return {
    contactName,
    subject,
    ...bodiesOf(parts),
    characters,
    missing,
    problem: filesAre,
  };
}

/** The images themselves in place of their addresses: the preview is shown where nothing can be loaded. */
async function imagesOf(call: MemberCall, text: string): Promise<(attachmentId: string) => string> {
  const files = await readFilesFrom(call.db.reader)(call.workspaceId, attachmentsIn(text));
  return (id) => {
    const file = files.get(id);
    return file ? `data:${file.type};base64,${file.bytes.toString('base64')}` : '';
  };
}

async function partsOf(call: MemberCall, { senderId }: Wanted, text: string) {
  const { postalAddress } = await workspaceOf(call.db.reader, call);
  const sender = senderId ? await senderOf(call.db.reader, call, senderId) : null;
  return {
    text,
    signatureText: sender?.signature || null,
    // Nobody is unsubscribed by a preview: the page behind it says that the link is not complete.
    unsubscribeUrl: `${call.linkBase}/u/preview`,
    openPixelUrl: null,
    postalAddress,
  };
}

/** The very message, by the same builder, to the sender's own address. */
export async function sendTestEmail(
  call: MemberCall,
  wanted: Wanted & { senderId: string },
): Promise<{ response: string }> {
  await senderToManage(call.db.reader, call, wanted.senderId);
  const { subject, text, missing, problem } = await render(call, wanted);
  if (text === null) {
    const why = problem ?? `No value for ${missing.join(', ')}.`;
    throw invalid('text', 'missing_data', why, 'Choose another contact, or give a fallback.');
  }
  await requireFiles(call.db.reader, call, { ...wanted, text });
  const files = await filesFor(readFilesFrom(call.db.reader), call.workspaceId, { ...wanted, text });
  const { email } = await channelsOf(call.db.reader, call, wanted.senderId);
  const settings = await openSettings(call, email.id);
  if (!settings) {
    throw new Refusal(
      409,
      'mailbox_not_set_up',
      'No mailbox is connected to this profile.',
      'Connect one first.',
    );
  }
  const own = { name: settings.fromName, address: settings.fromAddress };
  const { signatureText, unsubscribeUrl, postalAddress } = await partsOf(call, wanted, text);
  const built = buildMessage({
    from: own,
    to: own,
    subject: `[Test] ${subject || 'Without subject'}`,
    text,
    signatureText: signatureText ?? undefined,
    ...files,
    messageId: messageIdFor(call.newId(), 0, domainOf(own.address)),
    unsubscribeUrl,
    postalAddress,
    date: call.clocks.lease.now(),
  });
  const sent = await sendMessage(settings, built, call.shutdown);
  await call.db.write((tx) =>
    audit(tx, call, {
      action: 'template.test_sent',
      entity: 'sender',
      entityId: wanted.senderId,
      data: { outcome: sent.outcome },
    }),
  );
  if (sent.outcome === 'sent') return { response: sent.response };
  const words = sent.outcome === 'unknown' ? sent.detail : `${sent.code} ${sent.response}`;
  throw new Refusal(
    502,
    sent.outcome === 'unknown' ? 'send_unknown' : 'send_refused',
    `The mail server did not confirm the message: ${words}`,
    'Check the mailbox settings with "Test connection".',
  );
}
