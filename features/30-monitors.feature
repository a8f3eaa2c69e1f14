Feature: An operator can set, read, change and remove monitors

  Rule: B-0110 A monitor is accepted and gets an id

    @id:DX-MON-001 @req:B-0110 @ocpp:N04.FR.01 @ocpp:N04.FR.02 @ocpp:N04.FR.08 @ocpp:N04.FR.11 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A monitor is set
      Given a variable that takes a "Delta" monitor
      When the monitor is set
      Then there is one result for each element of the request
      And the monitor is accepted with an id

  Rule: B-0101 The report without a filter is whole

    @id:DX-REP-001 @req:B-0101 @ocpp:N02.FR.01 @ocpp:N02.FR.03 @ocpp:N02.FR.04 @ocpp:N02.FR.09 @ocpp:N02.FR.11 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Every monitor is reported
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitoring report is requested
      Then the request is accepted
      And the report arrives whole
      And the report holds the monitor as it was set

  Rule: Each monitorable variable takes the monitors of its row

    @id:DX-MON-010 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario Outline: <variable> on the <place> takes the monitors of its row
      Given the full inventory of the station
      Then the variable of the row says that it can be monitored
      And it takes each monitor type of the row

      Examples: monitorable variables
        | variable | place |

  Rule: B-0111 A monitor is replaced by its id

    @id:DX-MON-002 @req:B-0111 @ocpp:N04.FR.12 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A monitor gets another value and severity
      Given a variable that takes a "Periodic" monitor
      And the monitor is set
      When the monitor is replaced with another value and severity
      Then there is one result for each element of the request
      And the monitor is accepted with the same id
      And the monitoring report holds the monitor as it was set

  Rule: B-0112 Two monitors of one type and severity are not accepted

    @id:DX-MON-003 @req:B-0112 @ocpp:N04.FR.10 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A second monitor that differs only in its value is a duplicate
      Given a variable that takes a "Periodic" monitor
      And the monitor is set
      When a second monitor of the same type and severity with another value is set
      Then there is one result for each element of the request
      And the monitor is refused as "Duplicate"
      And the monitoring report holds the first monitor as it was set

  Rule: B-0113 A monitor on an unknown component is refused

    @id:DX-MON-004 @req:B-0113 @ocpp:N04.FR.03 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The component does not exist
      Given a component that does not exist
      When a "Delta" monitor is tried on it
      Then there is one result for each element of the request
      And the monitor is refused as "UnknownComponent" or "UnknownVariable"

  Rule: B-0114 A monitor on an unknown variable is refused

    @id:DX-MON-005 @req:B-0114 @ocpp:N04.FR.04 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The component does not have the variable
      Given a variable that its component does not have
      When a "Delta" monitor is tried on it
      Then there is one result for each element of the request
      And the monitor is refused as "UnknownVariable"

  Rule: B-0115 A monitor type that cannot fit is refused

    @id:DX-MON-006 @req:B-0115 @ocpp:N04.FR.05 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A threshold on a variable that is not a number
      Given a monitorable variable that is not a number
      When an "UpperThreshold" monitor is tried on it
      Then there is one result for each element of the request
      And the monitor is refused as "UnsupportedMonitorType" or "Rejected"

  Rule: B-0116 A monitor that does not exist cannot be replaced

    @id:DX-MON-007 @req:B-0116 @ocpp:N04.FR.13 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Replacing an id that no monitor has
      Given a variable that takes a "Delta" monitor
      When a monitor with an id that does not exist is replaced
      Then there is one result for each element of the request
      And the monitor is refused as "Rejected"

  Rule: B-0117 An id stays with its variable

    @id:DX-MON-008 @req:B-0117 @ocpp:N04.FR.16 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The id of a monitor is used for another variable
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitor is replaced on another variable
      Then there is one result for each element of the request
      And the monitor is refused as "Rejected"
      And the monitoring report holds the first monitor as it was set

  Rule: B-0118 A threshold stays within the limits of its variable

    @id:DX-MON-009 @req:B-0118 @ocpp:N04.FR.06 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A threshold beyond the upper limit
      Given a monitorable number that states its upper limit
      When an upper threshold beyond the limit is tried
      Then there is one result for each element of the request
      And the monitor is refused as "Rejected"

  Rule: B-0119 A delta is not negative

    @id:DX-MON-011 @req:B-0119 @ocpp:N04.FR.14 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A delta below zero
      Given a variable that takes a "Delta" monitor
      When a delta of -1 is tried
      Then there is one result for each element of the request
      And the monitor is refused as "Rejected"

  Rule: B-0120 One bad element does not spoil the others

    @id:DX-MON-012 @req:B-0120 @ocpp:N04.FR.01 @ocpp:N04.FR.02 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A good, a bad and a good element in one request
      Given two variables that take a "Delta" monitor
      When monitors are set on the first, on a variable that does not exist, and on the second
      Then there is one result for each element of the request
      And the first and the third are accepted and the second is refused as "UnknownVariable"

  Rule: B-0130 A removed monitor is gone

    @id:DX-MON-013 @req:B-0130 @ocpp:N06.FR.01 @ocpp:N06.FR.05 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A monitor is removed
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitor is removed
      Then there is one result for each element of the request
      And the removal is "Accepted"
      And the monitoring report holds the monitor no more

  Rule: B-0131 What does not exist cannot be removed

    @id:DX-MON-014 @req:B-0131 @ocpp:N06.FR.02 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Removing an id that no monitor has
      When a monitor with an id that does not exist is removed
      Then there is one result for each element of the request
      And the removal is "NotFound"

  Rule: B-0121 Several severities make a ladder

    @id:DX-MON-015 @req:B-0121 @ocpp:N04.FR.08 @ocpp:N04.FR.10 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Two monitors of one type and value, of different severity
      Given a variable that takes a "Periodic" monitor
      And the monitor is set
      When a second monitor of another severity is set
      Then there is one result for each element of the request
      And the monitor is accepted with an id
      And the monitoring report holds every monitor as it was set

  Rule: B-0122 The size of a request is as promised

    @id:DX-MON-016 @req:B-0122 @ocpp:N04.FR.01 @ocpp:N04.FR.08 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A request with as many monitors as the station takes
      Given as many variables that take a "Delta" monitor as fit into one request
      When a monitor is set on each in one request
      Then there is one result for each element of the request
      And each monitor is accepted with an id

  Rule: B-0123 There is room for the operator's monitors

    @id:DX-MON-017 @req:B-0123 @ocpp:N04.FR.08 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The number of monitors of the row
      Given the full inventory of the station
      When as many monitors as the row says are set, in requests of the size the station takes
      Then all of them are accepted
      And the monitoring report holds every monitor as it was set

  Rule: B-0124 What cannot be monitored is not

    @id:DX-MON-018 @req:B-0124 @ocpp:N04.FR.05 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A monitor on a variable that does not support monitoring
      Given a variable that says it cannot be monitored
      When a "Delta" monitor is tried on it
      Then there is one result for each element of the request
      And the monitor is refused as "UnsupportedMonitorType" or "Rejected"

  Rule: B-0132 Each id of a removal is judged by itself

    @id:DX-MON-019 @req:B-0132 @ocpp:N06.FR.01 @ocpp:N06.FR.02 @ocpp:N06.FR.05 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A known, an unknown and a known id in one request
      Given two variables that take a "Delta" monitor
      And a monitor is set on each
      When the first, an id that does not exist, and the second are removed in one request
      Then there is one result for each element of the request
      And the first and the third removal are "Accepted" and the second is "NotFound"
