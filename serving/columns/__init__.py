"""The numbers of a scoring as columns: places, scores, reasons, gaps. Nothing here needs a learner or pandas: a server holds them."""
