COPY account TO 'x.parquet'
