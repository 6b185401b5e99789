"""The workbook with its checks and charts."""
