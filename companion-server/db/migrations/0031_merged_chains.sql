-- Who was merged into one that was merged later leads to the one that is kept now.
UPDATE `contact` SET `merged_into` = coalesce((
  WITH RECURSIVE up(id, next) AS (
    SELECT c.id, c.merged_into FROM `contact` c WHERE c.id = `contact`.merged_into
    UNION SELECT c.id, c.merged_into FROM up JOIN `contact` c ON c.id = up.next
  )
  SELECT id FROM up WHERE next IS NULL
), `merged_into`)
WHERE `merged_into` IN (SELECT id FROM `contact` WHERE merged_into IS NOT NULL);
