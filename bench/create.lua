wrk.method = "POST"
wrk.body = '{"user_id":5,"currency_code":"USD","due_at":"2030-01-02"}'
wrk.headers["Content-Type"] = "application/json"
