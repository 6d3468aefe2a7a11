-- One row is a mail address used under so many names that it is nobody's own.
SELECT email
FROM contact_record
WHERE email IS NOT NULL
GROUP BY email
HAVING count(DISTINCT name_key) > $family_names
