SELECT '未完 AS text
