Feature: Logs are uploaded, and their course is told

  Rule: B-0421 A request for a log is accepted

    @id:DX-LOG-001 @req:B-0421 @ocpp:N01.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The answer to a request for the diagnostics log
      Given a diagnostics log that was asked for
      Then the station has accepted the request and named the file

  Rule: B-0422 The file arrives

    @id:DX-LOG-002 @req:B-0422 @ocpp:N01.FR.02 @ocpp:N01.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The diagnostics log at the upload server
      Given a diagnostics log that was asked for
      Then one file has arrived in time, and it is not empty

  Rule: B-0423 The course of an upload is told

    @id:DX-LOG-003 @req:B-0423 @ocpp:N01.FR.07 @ocpp:N01.FR.08 @ocpp:N01.FR.09 @ocpp:N01.FR.13 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: What was told of the upload of the diagnostics log
      Given a diagnostics log that was asked for
      Then it was told that the upload began and that it succeeded, under the id of the request

  Rule: B-0424 The security log is uploaded too

    @id:DX-LOG-004 @req:B-0424 @ocpp:N01.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The security log
      When the security log is asked for
      Then one file has arrived in time, and it is not empty
      And it was told that the upload began and that it succeeded, under the id of the request

  Rule: B-0425 A failure is told once

    @id:DX-LOG-005 @req:B-0425 @ocpp:N01.FR.10 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The server refuses the file
      When an upload of the diagnostics log is refused by the server
      Then the station has told once that it failed

  Rule: B-0426 An upload is tried again as often as asked

    @id:DX-LOG-006 @req:B-0426 @ocpp:N01.FR.10 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The server fails three times
      When the server fails an upload, with two retries at the interval of the row
      Then it has tried three times, no sooner than asked, and told of the failure after the last

  Rule: B-0427 A newer request ends a running upload

    @id:DX-LOG-007 @req:B-0427 @ocpp:N01.FR.12 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A second log is asked for while the first is being uploaded
      Given an upload that was held open until the next request for a log
      Then the station has given the first up for the second, and uploaded the second

  Rule: B-0428 That an upload was cancelled is told under its own id

    @id:DX-LOG-008 @req:B-0428 @ocpp:N01.FR.20 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The upload that was given up
      Given an upload that was held open until the next request for a log
      Then it was told under the id of the first request that it was cancelled

  Rule: B-0429 Whether an upload is running is told on request

    @id:DX-LOG-009 @req:B-0429 @ocpp:F06.FR.14 @ocpp:N01.FR.13 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: While an upload is running
      Given an upload that was held open until the next request for a log
      Then it has told on request that an upload was running, under the id of its request

    @id:DX-LOG-010 @req:B-0429 @ocpp:F06.FR.15 @ocpp:N01.FR.13 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: While none is running
      When the state of the log upload is asked for
      Then it tells that no upload is running, and has told so to nobody who had not asked

  Rule: B-0430 Uploads go by HTTP or HTTPS

    @id:DX-LOG-011 @req:B-0430 @ocpp:N01.FR.14 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The protocols the station lists
      Given a connected station
      Then HTTP or HTTPS is among the protocols it can upload by

  Rule: B-0432 A file goes to where it was asked to

    @id:DX-LOG-012 @req:B-0432 @ocpp:N01.FR.21 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The place is a folder
      When a log is asked for into a folder
      Then it was uploaded into the folder under its name

    @id:DX-LOG-013 @req:B-0432 @ocpp:N01.FR.29 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The place is a signed address
      When a log is asked for onto a place with a query, as cloud storage signs it
      Then it was uploaded onto the place as it was given

  Rule: B-0433 The station logs in at the server

    @id:DX-LOG-014 @req:B-0433 @ocpp:N01.FR.25 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The place carries a name and a password
      When a log is asked for onto a server that wants the name and password in the place
      Then the upload came with this name and password

  Rule: B-0434 Redirections are not followed

    @id:DX-LOG-015 @req:B-0434 @ocpp:N01.FR.30 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The server sends the upload elsewhere
      When an upload is redirected to another place
      Then nothing has come to the other place
      And the station has told once that it failed

  Rule: B-0435 The log of the data collector is uploaded

    @id:DX-LOG-016 @req:B-0435 @ocpp:N01.FR.24 @level:3 @v:2.1 @needs:data-collector @stimulus:protocol @impact:restores
    Scenario: The log of the data collector
      When the log of the data collector is asked for
      Then one file has arrived in time, and it is not empty

  Rule: B-0436 The authority of the back end is trusted for uploads too

    @id:DX-LOG-017 @req:B-0436 @ocpp:N01.FR.15 @level:3 @v:2.0.1 @v:2.1 @needs:tls @stimulus:none @impact:restores
    Scenario: An upload by HTTPS
      Given a connection over TLS, and a station that can upload by HTTPS
      When a log is asked for by HTTPS, onto a server of the same authority as the back end
      Then one file has arrived in time, and it is not empty

  Rule: B-0431 What is posted is named

    @id:DX-LOG-018 @req:B-0431 @ocpp:N01.FR.19 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The headers of all uploads of the run
      Given a connected station
      Then whatever was uploaded by POST in this run has its type and its name in the headers
