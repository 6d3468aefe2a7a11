-- One row is a mobile used under so many names that it is a shop's or a desk's, and no family's.
SELECT mobile
FROM contact_record
WHERE mobile IS NOT NULL
GROUP BY mobile
HAVING count(DISTINCT name_key) > $family_names
