"""What is durable: queues, retries, heartbeats and recovery, on DBOS."""
