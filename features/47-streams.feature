Feature: Values in streams, many at a time and without an answer

  # Streams are scarce, so that only one scenario at a time has one.

  Rule: B-0461 A stream is opened for a monitor that asks for one

    @id:DX-STR-001 @req:B-0461 @ocpp:N11.FR.01 @ocpp:N11.FR.02 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: A periodic monitor with a stream
      Given a stream of values, from the request for it to its end
      Then the stream was opened for its monitor, at the rate that was asked for

  Rule: B-0462 The values come at the interval of the stream

    @id:DX-STR-002 @req:B-0462 @ocpp:N15.FR.01 @ocpp:N15.FR.06 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: Three intervals of a stream
      Given a stream of values, from the request for it to its end
      Then its values came at its interval, in messages that nobody answers

  Rule: B-0465 Each message says what is still waiting

    @id:DX-STR-003 @req:B-0465 @ocpp:N15.FR.04 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The messages of a stream that has room
      Given a stream of values, from the request for it to its end
      Then each of its messages said how many values were still waiting

  Rule: B-0467 The open streams are listed

    @id:DX-STR-004 @req:B-0467 @ocpp:N12.FR.01 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The list with and without a stream
      Given a stream of values, from the request for it to its end
      Then it was among the open streams while it was open, and not after its end

  Rule: B-0471 The rate of a stream can be changed

    @id:DX-STR-005 @req:B-0471 @ocpp:N14.FR.03 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: A stream is made faster
      Given a stream of values, from the request for it to its end
      Then its values came faster after it was made faster, and the list of streams says so

  Rule: B-0472 The rate of a stream that is not open cannot be changed

    @id:DX-STR-006 @req:B-0472 @ocpp:N14.FR.02 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: An id that no stream has
      When the rate of a stream that is not open is changed
      Then the request is answered "Rejected"

  Rule: B-0468 A stream ends with its monitor

    @id:DX-STR-007 @req:B-0468 @ocpp:N13.FR.01 @ocpp:N13.FR.05 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The monitor of a stream is removed
      Given a stream of values, from the request for it to its end
      Then it was closed when its monitor was removed

  Rule: B-0470 Nothing gathered is lost

    @id:DX-STR-008 @req:B-0470 @ocpp:N13.FR.03 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: A stream ends between two messages
      Given a stream of values, from the request for it to its end
      Then what it had gathered was sent before it was closed

  Rule: B-0463 A message that is full is sent

    @id:DX-STR-009 @req:B-0463 @ocpp:N15.FR.07 @ocpp:N15.FR.08 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: Few values in each message, and a long interval
      When a monitor asks for a stream of few values in each message
      Then each message has as many values as were asked for, and comes as soon as it has them

  Rule: B-0466 Without a stream the values come as events

    @id:DX-STR-010 @req:B-0466 @ocpp:N11.FR.07 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The back end refuses the stream
      Given a back end that refuses streams
      When a monitor asks for a stream
      Then its monitor reports its values as events instead
      And no values come on the stream

  Rule: B-0469 A stream ends when its monitor does without

    @id:DX-STR-011 @req:B-0469 @ocpp:N13.FR.04 @ocpp:N13.FR.06 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: The monitor is replaced by one without a stream
      When a monitor asks for a stream
      And the monitor is replaced by one without a stream
      Then the stream is closed in time
      And its monitor reports its values as events instead

  Rule: B-0477 No more streams than promised

    @id:DX-STR-012 @req:B-0477 @ocpp:N11.FR.02 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: One stream more than the station can have
      When one monitor more asks for a stream than the station says it can have
      Then no more streams are open, and every monitor that was accepted delivers its values

  Rule: B-0474 The values go on after an interruption

    @id:DX-STR-013 @req:B-0474 @ocpp:N11.FR.02 @level:3 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: The connection is closed while values are streamed
      When a monitor sends its values in a stream
      And the connection is closed and the station is back
      Then the values of the monitor go on, by stream or by event

    @id:DX-STR-014 @req:B-0474 @ocpp:N07.FR.13 @ocpp:N11.FR.02 @level:3 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The station restarts while values are streamed
      When a monitor sends its values in a stream
      And the station is restarted and is back
      Then the values of the monitor go on, by stream or by event
