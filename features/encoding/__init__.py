"""What is believed of a city as small integer columns.

The door: `encoded_city.encoded`, `records.Records`.
"""
