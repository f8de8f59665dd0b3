import { expect, test } from 'vitest';
import { undocumented } from '../../support/linkedinRequests.ts';

test('what the documentation does not name is found', () => {
  const known = [
    'GET /voyager/api/me',
    'GET /voyager/api/voyagerRelationshipsDashMemberRelationships/urn%3Ali%3Afsd_memberRelationship%3AACoAAX',
    'GET /in/anna-berg/recent-activity/all/',
    'GET /uas/login?session_redirect=%2Ffeed%2F',
  ];
  const unknown = [
    'POST /voyager/api/me',
    'GET /voyager/api/me?x=1',
    'GET /voyager/api/feed/updates?q=all',
    'GET /in/anna-berg/',
  ];
  expect(undocumented([...known, ...unknown, ...unknown])).toEqual(unknown);
});
