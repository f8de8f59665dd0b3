import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Hands one message to Dovecot over LMTP; `from` as in a From header, empty for the null sender of bounces. */
export async function deliverByLmtp(port: number, from: string, to: string[], raw: string): Promise<void> {
  const connection = new SMTPConnection({ host: '127.0.0.1', port, lmtp: true, ignoreTLS: true });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.connect((failure) => {
        if (failure) return reject(failure);
        connection.send({ from: from.match(/<([^>]*)>/)?.[1] ?? from, to }, raw, (error, info) => {
          if (error) return reject(error);
          if (info.rejected.length > 0)
            return reject(new Error(`Dovecot refused ${info.rejected.join(', ')}`));
          resolve();
        });
      });
    });
  } finally {
    connection.close();
  }
}
