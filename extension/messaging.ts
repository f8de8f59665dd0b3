import { defineExtensionMessaging } from '@webext-core/messaging';
import type { ProtocolMap } from '#shared/protocol/messages.ts';

/** The messenger of every part of the extension. Types only: the sentinel must stay small. */
export const { sendMessage, onMessage } = defineExtensionMessaging<ProtocolMap>();
